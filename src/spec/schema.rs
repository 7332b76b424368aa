//! The JSON Schema of the spec language, generated from the table of forms that the reader uses.

use serde_json::{Map, Value, json};

use super::form::{Form, Shape};
use super::forms::{ELEMENT, OPERATION, SERVICE};

/// Returns the schema: a file with the key `service` is a service, any other is an operation.
pub fn schema() -> Value {
    let mut defs = Map::new();
    for form in [&SERVICE, &OPERATION, &ELEMENT] {
        define(form, &mut defs);
    }
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "fineprint spec",
        "description": "The transcription of a documentation page, or the service that its operations belong to.",
        "if": {"required": ["service"]},
        "then": {"$ref": "#/$defs/Service"},
        "else": {"$ref": "#/$defs/Operation"},
        "$defs": defs,
    })
}

/// Returns the JSON Schema of a file with this form.
pub fn of(form: &Form, title: &str) -> Value {
    let mut defs = Map::new();
    define(form, &mut defs);
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": title,
        "$ref": format!("#/$defs/{}", form.name),
        "$defs": defs,
    })
}

fn define(form: &Form, defs: &mut Map<String, Value>) {
    if defs.contains_key(form.name) {
        return;
    }
    defs.insert(form.name.to_owned(), Value::Null);
    let mut properties = Map::new();
    for key in form.keys() {
        let mut shape = shape(&key.shape, defs);
        if let Value::Object(members) = &mut shape {
            members.insert("description".to_owned(), json!(key.doc));
        }
        properties.insert(key.name.to_owned(), shape);
    }
    let required: Vec<&str> = form.keys().filter(|key| key.required).map(|key| key.name).collect();
    let definition = json!({
        "type": "object",
        "description": form.doc,
        "properties": properties,
        "required": required,
        "additionalProperties": false,
    });
    defs.insert(form.name.to_owned(), definition);
}

fn shape(of: &Shape, defs: &mut Map<String, Value>) -> Value {
    match of {
        Shape::Text => json!({"type": "string"}),
        Shape::Bool => json!({"type": "boolean"}),
        Shape::Integer => json!({"type": "integer", "minimum": 0}),
        Shape::Any => json!({}),
        Shape::Word(words) => json!({"enum": words}),
        Shape::TypeName(words) => {
            json!({"anyOf": [{"enum": words}, {"type": "string", "pattern": "^[A-Z]"}]})
        }
        Shape::Words(words) => json!({"enum": words()}),
        Shape::List(item) => json!({"type": "array", "items": shape(item, defs)}),
        Shape::Map(value) => json!({"type": "object", "additionalProperties": shape(value, defs)}),
        Shape::Form(form) => {
            define(form, defs);
            json!({"$ref": format!("#/$defs/{}", form.name)})
        }
        Shape::OneOf(shapes) => {
            let any: Vec<Value> = shapes.iter().map(|each| shape(each, defs)).collect();
            json!({"anyOf": any})
        }
    }
}
