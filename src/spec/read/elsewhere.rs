//! Words of other languages (JSON Schema, OpenAPI, common programming languages), answered with ours.

use crate::spec::yaml::{Kind, Node};

/// Returns what to write instead of a key of another language; `None` if the key is none.
pub fn key(name: &str, value: &Node) -> Option<String> {
    let shown = value.to_json().to_string();
    let is_true = matches!(value.kind, Kind::Bool(true));
    let write = |text: String| Some(format!("write `{text}`"));
    match name {
        "enum" | "oneof-values" | "choices" | "allowedValues" => write(format!("values: {}", flow(value))),
        "const" => write(format!("values: [{}]", flow(value))),
        "minLength" => write(format!("length: {shown}..")),
        "maxLength" => write(format!("length: ..{shown}")),
        "minimum" | "min" if !matches!(value.kind, Kind::Bool(_)) => write(format!("range: {shown}..")),
        "maximum" | "max" if !matches!(value.kind, Kind::Bool(_)) => write(format!("range: ..{shown}")),
        "exclusiveMinimum" if !matches!(value.kind, Kind::Bool(_)) => {
            write(format!("range: {{above: {shown}}}"))
        }
        "exclusiveMaximum" if !matches!(value.kind, Kind::Bool(_)) => {
            write(format!("range: {{below: {shown}}}"))
        }
        "exclusiveMinimum" => write("range: {above: N}".to_owned()),
        "exclusiveMaximum" => write("range: {below: N}".to_owned()),
        "minItems" => write(format!("count: {shown}..")),
        "maxItems" => write(format!("count: ..{shown}")),
        "regex" | "regexp" => write(format!("pattern: {}", flow(value))),
        "properties" | "fields" => write("members: {NAME: {type: …}}".to_owned()),
        "$ref" => Some("define the type under `types` in service.yaml, and write its name: `type: Address`".to_owned()),
        "description" | "summary" | "comment" => write("says: the page's sentence, word for word".to_owned()),
        "optional" if is_true => Some("leave it out: a parameter without `required: true` is optional".to_owned()),
        "optional" | "mandatory" => write("required: true".to_owned()),
        "examples" => Some("`example` takes one value; write others in cases of your own".to_owned()),
        "readOnly" | "readonly" => {
            Some("describe it under `response`; `parameters` are what a call may send".to_owned())
        }
        "writeOnly" => Some("leave it out: a parameter is not part of the response unless `response` has it".to_owned()),
        "dependentRequired" | "dependencies" => {
            Some("write a relation: `relations: [{if: a, require: b}]`".to_owned())
        }
        "oneOf" | "anyOf" | "allOf" | "not" => Some(
            "which members may stand together is a relation: `exactly-one`, `at-most-one`, `if` with `then`; alternative types cannot be described yet, put the sentence under `narrative`".to_owned(),
        ),
        "additionalProperties" | "patternProperties" | "unevaluatedProperties" => Some(
            "members that the page does not list are not described: leave it out, and put the sentence under `narrative`".to_owned(),
        ),
        "uniqueItems" | "multipleOf" | "deprecated" => {
            Some("this cannot be said yet: put the page's sentence under `narrative`".to_owned())
        }
        "exists-in" | "references" | "foreignKey" => write("exists: ENTITY".to_owned()),
        _ => None,
    }
}

/// Returns what to write instead of a type of another language.
pub fn of_type(name: &str) -> Option<&'static str> {
    Some(match name.to_lowercase().as_str() {
        "int" | "int32" | "int64" | "long" | "short" | "bigint" | "uint" => "integer",
        "float" | "double" | "decimal" | "numeric" => "number",
        "bool" => "boolean",
        "str" | "text" | "char" | "varchar" => "string",
        "list" | "set" | "slice" | "vec" => "array",
        "dict" | "map" | "struct" | "hash" | "json" => "object",
        "date" | "datetime" | "date-time" | "timestamp" => "string` with `format: date-time",
        "uuid" | "guid" => "string` with `format: uuid",
        "email" => "string` with `format: email",
        "url" | "uri" => "string` with `format: url",
        _ => return None,
    })
}

/// Returns what to write instead of a format of another language.
pub fn of_format(name: &str) -> Option<&'static str> {
    Some(match name.to_lowercase().as_str() {
        "int32" => "write `range: -2147483648..2147483647`, without `format`",
        "int64" => "write `range: -9223372036854775808..9223372036854775807`, without `format`",
        "float" | "double" => "write `type: number`, without `format`",
        "uri" | "uri-reference" | "iri" => "write `format: url`",
        "guid" => "write `format: uuid`",
        "datetime" | "timestamp" | "rfc3339" | "iso8601" => "write `format: date-time`",
        "e-mail" | "idn-email" => "write `format: email`",
        "ip" => "write `format: ipv4` or `format: ipv6`",
        "hostname" | "byte" | "base64" | "password" | "binary" | "duration" | "time" => {
            "this format is not known: state what the page says as `pattern`, `characters` or `length`"
        }
        _ => return None,
    })
}

/// Returns a value as it is written in a flow mapping.
fn flow(value: &Node) -> String {
    match &value.kind {
        Kind::Text(text) if text.chars().all(|each| each.is_alphanumeric() || "-_./".contains(each)) => {
            text.clone()
        }
        Kind::List(items) => format!("[{}]", items.iter().map(flow).collect::<Vec<_>>().join(", ")),
        _ => value.to_json().to_string(),
    }
}
