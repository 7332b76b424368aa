//! The written form of case files.

use crate::spec::form::{Form, Shape, may, must};

use Shape::{Any, Bool, List, Map, OneOf, Text as AnyText, Word};

/// The form of a case file.
pub const FILE: Form = Form {
    name: "CaseFile",
    doc: "Cases of one operation.",
    keys: &[&[
        must("operation", AnyText, "The operation that they try."),
        may(
            "given",
            List(&Shape::Form(&CALL)),
            "Calls that must succeed before each case that names no others.",
        ),
        may("send", Map(&Any), "The plain call: what each case sends, apart from what it says."),
        must("cases", List(&Shape::Form(&CASE)), "The cases."),
    ]],
};

pub(super) const CASE: Form = Form {
    name: "Case",
    doc: "One request that tries one thing.",
    keys: &[&[
        must(
            "id",
            AnyText,
            "Its name. The operation's name and a slash come before it; they may be left out here.",
        ),
        must("tries", AnyText, "What it tries, in words."),
        may("about", Map(&AnyText), "The promise: parameter and rule."),
        may("given", List(&Shape::Form(&CALL)), "Calls that must succeed first, in the place of the file's."),
        may("send", Map(&Any), SEND),
        may("with", Map(&Any), WITH),
        may("without", List(&AnyText), WITHOUT),
        may(
            "wire",
            Map(&AnyText),
            "In what the request departs from its protocol: {body: TEXT}, {repeat: PARAMETER}, {action: NAME} or {version: TEXT}.",
        ),
        may(
            "at-once",
            Shape::Integer,
            "How many such calls are under way at the same time; 1 if nothing is said. Where one-accepted is expected, what is drawn for the parameters that the case is about (for all, if it is about none) is the same in all of them.",
        ),
        must("expect", EXPECT_SHAPE, EXPECT),
        may("then", List(&Shape::Form(&STEP)), "Calls that show, afterwards, what the tried one has done."),
        may(
            "again",
            List(&Shape::Form(&AGAIN)),
            "The same among other values: a case each, with the id of this one and a number, from 2 on.",
        ),
    ]],
};

pub(super) const AGAIN: Form = Form {
    name: "Again",
    doc: "What a case sends when it is tried again.",
    keys: &[&[
        may("send", Map(&Any), SEND),
        may("with", Map(&Any), WITH),
        may("without", List(&AnyText), WITHOUT),
        may("expect", EXPECT_SHAPE, "What must come, where it is something else than for the case itself."),
    ]],
};

const SEND: &str = "What is sent, in the place of the plain call.";
const WITH: &str = "What is sent besides the plain call, or otherwise than there.";
const WITHOUT: &str = "What of the plain call is left out.";

const EXPECT_SHAPE: Shape = OneOf(&[Word(&["accept"]), Map(&Any)]);
const EXPECT: &str = "What must come: accept, {reject: [CODE]}, {reject: any}, {silent: WHY}; {one-accepted: [CODE]} of several \
                      at once; {accept-or: [CODE]} for a circumstance.";

pub(super) const CALL: Form = Form {
    name: "Call",
    doc: "A call that prepares a case.",
    keys: &[&[
        must("call", AnyText, "The operation."),
        must("as", AnyText, "Under which name later calls refer to it."),
        must("send", Map(&Any), "What is sent."),
        may(
            "shared",
            Bool,
            "true: cases may use what it makes one after another, as long as the tried call is refused.",
        ),
    ]],
};

pub(super) const STEP: Form = Form {
    name: "Step",
    doc: "A call that shows what the tried one has done.",
    keys: &[&[
        must("call", AnyText, "The operation."),
        must("as", AnyText, "Under which name later calls refer to it."),
        must("send", Map(&Any), "What is sent."),
        may("about", Map(&AnyText), "The promise, where it is another than the case's."),
        must("expect", EXPECT_SHAPE, EXPECT),
        may("shows", Map(&Any), "Response elements, by path, and what they must show."),
    ]],
};
