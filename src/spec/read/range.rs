//! Reads a range of numbers.

use crate::spec::forms;
use crate::spec::model::{End, Range, Type};
use crate::spec::yaml::{Kind, Node};

use super::reader::Reader;

/// The limit beyond which a double cannot represent every whole number (2 to the power of 53).
const EXACT: f64 = 9_007_199_254_740_992.0;

impl Reader {
    /// Reads a range: `1..100`, or a mapping that states for each end whether it is included.
    pub fn range(&mut self, node: &Node, kind: Type) -> Option<Range> {
        let range = match &node.kind {
            Kind::Map(_) => self.ends(node)?,
            Kind::Text(text) => match parse(text) {
                Some(range) => range,
                None => return self.no_range(node),
            },
            _ => return self.no_range(node),
        };
        let numbers = [range.min, range.max].into_iter().flatten();
        if numbers.clone().any(|end| end.at.abs() > EXACT) {
            self.impossible(
                &node.place,
                "this bound is too large for JSON numbers",
                "leave the bound out, and put the sentence under `narrative`",
            );
            return None;
        }
        if is_empty(&range, kind) {
            self.impossible(
                &node.place,
                "this range contains no numbers",
                "write the smaller number first, e.g. 1..100",
            );
            return None;
        }
        Some(range)
    }

    fn no_range(&mut self, node: &Node) -> Option<Range> {
        self.wrong(node, "a range, e.g. 1..100, 0.., ..1.5 or {above: 0, to: 1}");
        None
    }

    fn ends(&mut self, node: &Node) -> Option<Range> {
        let fields = self.form(node, &forms::RANGE)?;
        let mut end = |within: &str, without: &str| {
            let (node, is_in) = match (fields.get(within), fields.get(without)) {
                (Some(node), _) => (node, true),
                (None, Some(node)) => (node, false),
                (None, None) => return None,
            };
            match node.to_json().as_number() {
                Some(at) => Some(End { at, is_in }),
                None => {
                    self.wrong(node, "a number");
                    None
                }
            }
        };
        let (min, max) = (end("from", "above"), end("to", "below"));
        if min.is_none() && max.is_none() {
            return self.no_range(node);
        }
        Some(Range { min, max })
    }
}

fn parse(text: &str) -> Option<Range> {
    let (min, max) = text.split_once("..")?;
    let end = |text: &str| match text.trim() {
        "" => Some(None),
        text => {
            let is_plain = text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'-' | b'.'))
                && !text.starts_with('.')
                && !text.ends_with('.');
            let at: f64 = text.parse().ok().filter(|_| is_plain)?;
            Some(Some(End { at, is_in: true }))
        }
    };
    let (min, max) = (end(min)?, end(max)?);
    (min.is_some() || max.is_some()).then_some(Range { min, max })
}

/// Returns `true` if a range contains no number of the type.
fn is_empty(range: &Range, kind: Type) -> bool {
    let (Some(min), Some(max)) = (range.min, range.max) else { return false };
    match kind {
        Type::Integer => {
            let smallest = if min.is_in || min.at.fract() != 0.0 { min.at.ceil() } else { min.at + 1.0 };
            range.is_above(smallest)
        }
        _ => min.at > max.at || (min.at == max.at && !(min.is_in && max.is_in)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn end(at: f64) -> Option<End> {
        Some(End { at, is_in: true })
    }

    #[test]
    fn only_valid_ranges_are_read() {
        for (text, min, max) in [
            ("1..100", end(1.0), end(100.0)),
            ("0..", end(0.0), None),
            ("..1.5", None, end(1.5)),
            ("-5..-2", end(-5.0), end(-2.0)),
        ] {
            assert_eq!(parse(text), Some(Range { min, max }), "{text}");
        }
        for text in ["", "..", "1", "a..b", "1..inf", "1...2", "1..2..3", "1e3..2"] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    #[test]
    fn empty_range_is_a_finding() {
        let range =
            |min, max, is_in| Range { min: Some(End { at: min, is_in }), max: Some(End { at: max, is_in }) };
        assert!(is_empty(&range(2.0, 1.0, true), Type::Integer));
        assert!(is_empty(&range(1.0, 2.0, false), Type::Integer));
        assert!(!is_empty(&range(1.0, 2.0, false), Type::Number));
        assert!(is_empty(&range(1.0, 1.0, false), Type::Number));
        assert!(!is_empty(&range(1.0, 1.0, true), Type::Integer));
        assert!(is_empty(&range(1.2, 1.8, true), Type::Integer));
    }
}
