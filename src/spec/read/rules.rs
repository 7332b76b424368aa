//! Reads the requirements on a value.

use std::sync::Arc;

use crate::diagnostic::Finding;
use crate::json::Json;
use crate::spec::breach::Part;
use crate::spec::forms;
use crate::spec::model::{
    Characters, Common, Count, Entries, Format, Length, Limit, Member, Quote, Schema, Shape, Type, Unclear,
    Unit,
};
use crate::spec::rules::RULES;
use crate::spec::yaml::{Key, Kind, Node};

use super::reader::{Fields, Reader};
use super::types::is_type_name;

impl Reader {
    /// Reads the requirements on a parameter, a member or an item.
    pub fn schema(&mut self, fields: &Fields<'_>) -> Schema {
        let (kind, named) = self.kind(fields);
        let own = self.rules_of(fields, kind);
        let mut schema = match named {
            Some(named) => self.merge_rules(named, own, fields),
            None => own,
        };
        self.fitting(&schema, fields);
        self.matchable(&schema, fields);
        self.consistent(&schema, fields);
        if fields.get("relations").is_some() {
            let relations = self.relations(fields, schema.members_mut());
            schema.relations.extend(relations);
        }
        schema
    }

    /// Reads the rules for a value of this type.
    pub fn rules_of(&mut self, fields: &Fields<'_>, kind: Type) -> Schema {
        let shape = self.shape(fields, kind);
        let own = self.rules_of_scalars(Schema::bare(shape, fields.at.clone()), fields);
        let own = Schema {
            values: fields.get("values").map(|node| self.values(node)),
            reserved: self.reserved(fields),
            open: fields.get("open").and_then(|node| self.open(node)).map(Box::new),
            count: fields.get("count").and_then(|node| self.count(node)),
            nullable: fields.get("nullable").and_then(|node| self.bool(node)),
            ..own
        };
        self.enough_items(&own, fields);
        own
    }

    /// Reads the rules about texts and numbers.
    pub(super) fn rules_of_scalars(&mut self, schema: Schema, fields: &Fields<'_>) -> Schema {
        let kind = schema.kind();
        Schema {
            length: fields.get("length").and_then(|node| self.length(node)),
            range: fields.get("range").and_then(|node| self.range(node, kind)),
            characters: fields.get("characters").and_then(|node| self.characters(node)),
            patterns: fields.get("pattern").map(|node| self.patterns(node)).unwrap_or_default(),
            format: fields.get("format").and_then(|node| self.format(node)),
            ..schema
        }
    }

    /// Reads the type of a value, and the schema of that type if it is not built in.
    fn kind(&mut self, fields: &Fields<'_>) -> (Type, Option<Schema>) {
        let Some(node) = fields.get("type") else { return (Type::String, None) };
        if let Kind::Text(name) = &node.kind
            && is_type_name(name)
        {
            let named = self.named(node, name);
            return (named.as_ref().map_or(Type::String, Schema::kind), named);
        }
        (self.word(node, Type::NAMES).and_then(Type::named).unwrap_or(Type::String), None)
    }

    pub(super) fn fitting(&mut self, schema: &Schema, fields: &Fields<'_>) {
        self.fitting_rules(schema, fields);
        if schema.kind() == Type::Array && schema.items().is_none() {
            self.no_items(fields, schema.kind(), "`items`: the rules for each item");
        }
    }

    /// Checks that the rules of a schema apply to its type.
    pub(super) fn fitting_rules(&mut self, schema: &Schema, fields: &Fields<'_>) {
        let kind = schema.kind();
        // `items` and `keys` have their own findings.
        let has_own = |key: &str| key == "items" || key == "keys";
        for rule in RULES.iter().filter(|rule| rule.is_of_values() && !has_own(rule.key)) {
            if !rule.fits(kind)
                && let Some(node) = fields.get(rule.key)
            {
                let title = format!("`{}` does not apply to {}", rule.key, plural(kind));
                let fits: Vec<String> = rule.fits.iter().map(|kind| plural(*kind)).collect();
                let fits = fits.join(" and ");
                let help = format!("it applies to {fits}; for the items of an array, write it under `items`");
                self.impossible(&node.place, title, &help);
            }
        }
    }

    fn no_items(&mut self, fields: &Fields<'_>, kind: Type, help: &str) {
        let finding = Finding::error("missing-key", format!("this {} has no `items`", kind.name()));
        self.note(finding.at(fields.at).help(help));
    }

    fn shape(&mut self, fields: &Fields<'_>, kind: Type) -> Shape {
        let items = fields.get("items").and_then(|node| self.items(node, kind));
        let keys = self.keys(fields, kind);
        let members = fields.get("members").map(|node| self.members(node, kind)).unwrap_or_default();
        match kind {
            Type::Array => Shape::List(items),
            Type::Map => match items {
                Some(items) => Shape::Map(Arc::new(Entries { keys, items: *items })),
                None => {
                    if fields.get("items").is_none() {
                        let help =
                            "`items`: the rules for each value; an object of any contents is `type: object`";
                        self.no_items(fields, kind, help);
                    }
                    Shape::of(kind)
                }
            },
            Type::Object => Shape::Object(Arc::new(members)),
            scalar => Shape::of(scalar),
        }
    }

    pub(super) fn items(&mut self, node: &Node, kind: Type) -> Option<Box<Schema>> {
        if !matches!(kind, Type::Array | Type::Map) {
            self.impossible(
                &node.place,
                format!("`items` does not apply to {}", plural(kind)),
                "only arrays and maps have items",
            );
        }
        let fields = self.form(node, &forms::ITEM)?;
        let items = self.schema(&fields);
        if kind == Type::Map && items.has_relations() {
            self.impossible(
                &node.place,
                "relations within the values of a map are not supported",
                "put their sentences under `narrative`",
            );
        }
        Some(Box::new(items))
    }

    /// Reads the rules for the keys of a map. Without any, each key is a text without rules.
    fn keys(&mut self, fields: &Fields<'_>, kind: Type) -> Schema {
        let bare = Schema::bare(Shape::Text, fields.at.clone());
        let Some(node) = fields.get("keys") else { return bare };
        if kind != Type::Map {
            let title = format!("`keys` does not apply to {}", plural(kind));
            self.impossible(
                &node.place,
                title,
                "only maps have keys; the members of an object are its `members`",
            );
        }
        let Some(fields) = self.form(node, &forms::MAP_KEY) else { return bare };
        let keys = self.rules_of(&fields, Type::String);
        self.matchable(&keys, &fields);
        keys
    }

    fn members(&mut self, node: &Node, kind: Type) -> Vec<Member> {
        if kind != Type::Object {
            let title = format!("`members` does not apply to {}", plural(kind));
            self.impossible(&node.place, title, "only objects have members; for an array, write `items`");
        }
        let entries = self.map(node).unwrap_or_default();
        let member = |(key, node): &'_ (Key, Node)| {
            let fields = self.form(node, &forms::MEMBER)?;
            Some(self.described(key, &fields))
        };
        entries.into_iter().filter_map(member).collect()
    }

    fn values(&mut self, node: &Node) -> Vec<Json> {
        let values: Vec<Json> = self.list(node).into_iter().map(Node::to_json).collect();
        if matches!(&node.kind, Kind::List(items) if items.is_empty()) {
            self.impossible(
                &node.place,
                "no value is valid",
                "list the values that the page lists, or leave `values` out",
            );
        }
        values
    }

    fn length(&mut self, node: &Node) -> Option<Length> {
        let (bounds, unit) = match &node.kind {
            Kind::Map(_) => {
                let fields = self.form(node, &forms::LENGTH)?;
                let unit = fields.get("unit").and_then(|unit| self.word(unit, &["characters", "bytes"]));
                (fields.get("is")?, if unit == Some("bytes") { Unit::Bytes } else { Unit::Characters })
            }
            _ => (node, Unit::Characters),
        };
        let parsed = match &bounds.kind {
            Kind::Integer(exact) => u64::try_from(*exact).ok().map(|exact| (exact, Limit::At(exact))),
            Kind::Text(text) => parse_bounds(text),
            _ => None,
        };
        let Some((min, max)) = parsed else {
            let finding = Finding::error("wrong-type", "invalid length").at(&bounds.place);
            self.note(finding.help("write 2..12, ..64, 2.., 5 or ..unstated"));
            return None;
        };
        if matches!(max, Limit::At(max) if max < min) {
            self.impossible(
                &bounds.place,
                "impossible length: the minimum is greater than the maximum",
                "write the smaller number first",
            );
            return None;
        }
        Some(Length { min, max, unit })
    }

    pub(super) fn count(&mut self, node: &Node) -> Option<Count> {
        let parsed = match &node.kind {
            Kind::Integer(exact) => u64::try_from(*exact).ok().map(|exact| (exact, Limit::At(exact))),
            Kind::Text(text) => parse_bounds(text),
            _ => None,
        };
        let count = match parsed {
            Some((min, Limit::At(max))) => Count { min, max: Some(max) },
            Some((min, Limit::None)) if min > 0 => Count { min, max: None },
            _ => {
                self.wrong(node, "a number of items, e.g. 1..10, ..5, 2.. or 3");
                return None;
            }
        };
        let longest = Count::LONGEST_SENT;
        if count.min > longest {
            let title = format!("more than {longest} items are not tested");
            self.impossible(
                &node.place,
                title,
                "leave the minimum out, and put the sentence under `narrative`",
            );
            return None;
        }
        if count.max.is_some_and(|max| max < count.min || max == 0) {
            let title = "impossible count: no list has so few and so many items";
            self.impossible(&node.place, title, "write the smaller number first, e.g. 1..10");
            return None;
        }
        Some(count)
    }

    /// Reports a list that demands more items than there are different values.
    fn enough_items(&mut self, schema: &Schema, fields: &Fields<'_>) {
        let Some(count) = schema.count else { return };
        let Some(items) = schema.items().or(schema.entries().map(|entries| &entries.keys)) else { return };
        let different = match (&items.values, items.kind()) {
            (Some(values), _) => values.len() as u64,
            (None, Type::Boolean) => 2,
            _ => return,
        };
        if let Some(node) = fields.get("count").filter(|_| count.min > different) {
            let what = if schema.entries().is_some() { "keys" } else { "items" };
            let title = format!("the {what} have only {different} different values, and cases repeat none");
            self.impossible(
                &node.place,
                title,
                "leave the minimum out, and put the sentence under `narrative`",
            );
        }
    }

    fn characters(&mut self, node: &Node) -> Option<Characters> {
        let mut characters = Characters {
            letters: false,
            digits: false,
            also: Vec::new(),
            not_first: Vec::new(),
            unclear: Unclear::These(Vec::new()),
        };
        let of = match &node.kind {
            Kind::Map(_) => {
                let fields = self.form(node, &forms::CHARACTERS)?;
                if let Some(node) = fields.get("not-first") {
                    characters.not_first = self.single_characters(node);
                }
                if let Some(node) = fields.get("unclear") {
                    characters.unclear = match &node.kind {
                        Kind::Text(text) if text == "others" => Unclear::Others,
                        _ => Unclear::These(self.single_characters(node)),
                    };
                }
                fields.get("of")?
            }
            _ => node,
        };
        for item in self.list_or_one(of) {
            match self.text(item).as_deref() {
                Some("letters") => characters.letters = true,
                Some("digits") => characters.digits = true,
                Some(_) => characters.also.extend(self.single_characters(item)),
                None => {}
            }
        }
        Some(characters)
    }

    fn single_characters(&mut self, node: &Node) -> Vec<char> {
        let mut characters = Vec::new();
        for item in self.list_or_one(node) {
            let Some(text) = self.text(item) else { continue };
            let mut chars = text.chars();
            match (chars.next(), chars.next()) {
                (Some(single), None) => characters.push(single),
                _ => {
                    let finding = Finding::error(
                        "unknown-word",
                        format!("`{text}` is neither a class nor one character"),
                    );
                    self.note(finding.at(&item.place).help("write letters, digits, or single characters"));
                }
            }
        }
        characters
    }

    fn format(&mut self, node: &Node) -> Option<Format> {
        let (name, countries, schemes) = match &node.kind {
            Kind::Map(_) => {
                let fields = self.form(node, &forms::FORMAT)?;
                let countries = fields.get("countries").map(|node| self.list(node)).unwrap_or_default();
                let countries = countries.into_iter().map(|node| match &node.kind {
                    Kind::Text(text) => text.clone(),
                    _ => node.to_json().to_string(),
                });
                let schemes = fields.get("schemes").map(|node| self.list(node)).unwrap_or_default();
                let schemes = schemes.into_iter().filter_map(|node| self.text(node)).collect();
                (fields.get("is")?, countries.collect(), schemes)
            }
            _ => (node, Vec::new(), Vec::new()),
        };
        let word = self.word(name, Format::NAMES)?;
        match Common::named(word) {
            Some(is) => Some(Format::Common { is, schemes }),
            None if word == "phone" => Some(Format::Phone { countries }),
            None => Some(Format::Email),
        }
    }

    /// Reads the sentences about a parameter.
    pub fn quotes(&mut self, node: &Node) -> Vec<Quote> {
        let mut quotes = Vec::new();
        for item in self.list_or_one(node) {
            let at = item.place.clone();
            if let Kind::Map(_) = item.kind {
                let Some(fields) = self.form(item, &forms::QUOTE) else { continue };
                let text = fields.get("quote").and_then(|node| self.text(node));
                let of = fields.get("of").map(|node| self.parts(node)).unwrap_or_default();
                let leaves = self.optional_text(&fields, "leaves");
                quotes.extend(text.map(|text| Quote { text, of, leaves, at }));
            } else {
                quotes.extend(self.text(item).map(|text| Quote { text, of: Vec::new(), leaves: None, at }));
            }
        }
        quotes
    }

    /// Reads names of rules or of parts of rules.
    pub fn parts(&mut self, node: &Node) -> Vec<Part> {
        let names = Part::names();
        let mut parts = Vec::new();
        for item in self.list_or_one(node) {
            parts.extend(self.word(item, &names).map(Part::covered_by).unwrap_or_default());
        }
        parts
    }
}

fn parse_bounds(text: &str) -> Option<(u64, Limit)> {
    let (min, max) = text.split_once("..")?;
    let min = if min.is_empty() { 0 } else { min.trim().parse().ok()? };
    let max = match max.trim() {
        "" => Limit::None,
        "unstated" => Limit::Unstated,
        number => Limit::At(number.parse().ok()?),
    };
    Some((min, max))
}

fn plural(kind: Type) -> String {
    match kind {
        Type::Boolean => "booleans".to_owned(),
        _ => format!("{}s", kind.name()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_are_read_on_both_sides() {
        assert_eq!(parse_bounds("2..12"), Some((2, Limit::At(12))));
        assert_eq!(parse_bounds("..64"), Some((0, Limit::At(64))));
        assert_eq!(parse_bounds("2.."), Some((2, Limit::None)));
        assert_eq!(parse_bounds("..unstated"), Some((0, Limit::Unstated)));
        assert_eq!(parse_bounds("2-12"), None);
        assert_eq!(parse_bounds("a..b"), None);
    }
}
