//! `fineprint schema`

use schemars::schema_for;
use serde_json::Value;

use crate::case;
use crate::compare::Matrix;
use crate::report::{json, jsonl};
use crate::spec::{reference, schema};

use super::args::{SchemaArgs, SchemaOf};
use super::console::Console;
use super::exit::Exit;

/// Prints the JSON Schema that the arguments name.
pub fn execute(args: &SchemaArgs, console: Console) -> Exit {
    let schema: Value = match args.of {
        SchemaOf::Reference => {
            console.print(reference::chapter().trim_end());
            return Exit::Holds;
        }
        SchemaOf::Spec => schema::schema(),
        SchemaOf::Cases => schema::of(&case::FILE, "fineprint cases"),
        SchemaOf::Report => json::schema().into(),
        SchemaOf::Event => jsonl::schema().into(),
        SchemaOf::Compare => schema_for!(Matrix).into(),
    };
    match serde_json::to_string_pretty(&schema) {
        Ok(text) => {
            console.print(&text);
            Exit::Holds
        }
        Err(error) => {
            console.error(&error.to_string());
            Exit::Usage
        }
    }
}
