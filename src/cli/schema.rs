//! `fineprint schema`

use crate::spec::schema;

use super::console::Console;
use super::exit::Exit;

/// Prints the JSON Schema of the spec language.
pub fn execute(console: Console) -> Exit {
    match serde_json::to_string_pretty(&schema::schema()) {
        Ok(text) => {
            console.say(&text);
            Exit::Holds
        }
        Err(error) => {
            console.complain(&error.to_string());
            Exit::Usage
        }
    }
}
