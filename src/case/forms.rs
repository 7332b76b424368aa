//! The written form of case files.

use crate::spec::form::{Form, Shape, may, must};

use Shape::{Any, Bool, List, Map, OneOf, Text as AnyText, Word};

/// The form of a case file.
pub const FILE: Form = Form {
    name: "CaseFile",
    doc: "Cases of one operation.",
    keys: &[&[
        must("operation", AnyText, "The operation that they test."),
        may(
            "given",
            List(&Shape::Form(&CALL)),
            "Calls that must succeed before each case that lists no calls of its own.",
        ),
        may("send", Map(&Any), "The plain call: what each case sends, apart from the changes that it lists."),
        must("cases", List(&Shape::Form(&CASE)), "The cases."),
    ]],
};

pub(super) const CASE: Form = Form {
    name: "Case",
    doc: "One request that tests one thing.",
    keys: &[&[
        must(
            "id",
            AnyText,
            "Its name. It starts with the operation's name and a slash, which may be left out here.",
        ),
        must("tries", AnyText, "What it tests, in words."),
        may("about", Map(&AnyText), "The promise: parameter and rule."),
        may(
            "given",
            List(&Shape::Form(&CALL)),
            "Calls that must succeed first, instead of those of the file.",
        ),
        may("send", Map(&Any), SEND),
        may("with", Map(&Any), WITH),
        may("without", List(&AnyText), WITHOUT),
        may(
            "wire",
            Map(&AnyText),
            "How the request violates its protocol: {body: TEXT}, {repeat: PARAMETER}, {action: NAME} or {version: TEXT}.",
        ),
        may(
            "at-once",
            Shape::Integer,
            "Number of concurrent calls. The default is 1. If one-accepted is expected, all calls send the same random values for the parameters that the case is about (for all parameters, if it is about none).",
        ),
        must("expect", EXPECT_SHAPE, EXPECT),
        may("then", List(&Shape::Form(&STEP)), "Follow-up calls that show what the tested call has done."),
        may(
            "again",
            List(&Shape::Form(&AGAIN)),
            "The same with other parameters varied: one case each, with the id of this case and a number, from 2 on.",
        ),
    ]],
};

pub(super) const AGAIN: Form = Form {
    name: "Again",
    doc: "What a case sends when it runs again with other parameters varied.",
    keys: &[&[
        may("send", Map(&Any), SEND),
        may("with", Map(&Any), WITH),
        may("without", List(&AnyText), WITHOUT),
        may("expect", EXPECT_SHAPE, "The expectation, if it differs from that of the case itself."),
    ]],
};

const SEND: &str = "What is sent instead of the plain call.";
const WITH: &str = "Values that are added to the plain call, or that differ from it.";
const WITHOUT: &str = "Parameters of the plain call that are left out.";

const EXPECT_SHAPE: Shape = OneOf(&[Word(&["accept"]), Map(&Any)]);
const EXPECT: &str = "The expectation: accept, {reject: [CODE]}, {reject: any}, {silent: WHY}; {one-accepted: [CODE]} for \
                      concurrent calls; {accept-or: [CODE]} for a circumstance.";

pub(super) const CALL: Form = Form {
    name: "Call",
    doc: "A call that prepares a case.",
    keys: &[&[
        must("call", AnyText, "The operation."),
        must("as", AnyText, "The name by which later calls refer to it."),
        must("send", Map(&Any), "What is sent."),
        may(
            "shared",
            Bool,
            "true: several cases may use what it creates, one after another, as long as the tested call is rejected.",
        ),
    ]],
};

pub(super) const STEP: Form = Form {
    name: "Step",
    doc: "A call that shows what the tested call has done.",
    keys: &[&[
        must("call", AnyText, "The operation."),
        must("as", AnyText, "The name by which later calls refer to it."),
        must("send", Map(&Any), "What is sent."),
        may("about", Map(&AnyText), "The promise, if it is not that of the case."),
        must("expect", EXPECT_SHAPE, EXPECT),
        may("shows", Map(&Any), "Response elements, by path, and what they must show."),
    ]],
};
