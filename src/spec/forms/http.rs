//! The forms of the settings of plain HTTP, and of places in responses.

use crate::spec::form::{Form, Shape, may, must};
use crate::spec::model::Spelling;

use Shape::{Any, Form as Of, Integer, List, Map, OneOf, Text, Word};

/// What plain HTTP does not define.
pub static HTTP: Form = Form {
    name: "Http",
    doc: "The envelope of responses, and how callers authenticate, if the protocol is rest.",
    keys: &[&[
        may(
            "authentication",
            Text,
            "none, bearer, basic, header NAME or query NAME: where the caller's secret is sent. The default is none.",
        ),
        may("success", List(&Integer), "The statuses that mean success. The default is every 2xx."),
        may(
            "refused-if",
            SIGN_SHAPE,
            "What an error response has and a success has not, if both can have the same status: a place (error), or places with values ({ok: false}).",
        ),
        may(
            "refused-unless",
            SIGN_SHAPE,
            "What every success has, if error responses can have the same status: {success: true}.",
        ),
        may(
            "code",
            RESPONSE_PLACE_SHAPE,
            "Where the code is in an error response: error.code, errors[].code, {header: X-Reason}. Without it, the status is the code.",
        ),
        may("message", RESPONSE_PLACE_SHAPE, "Where the message is in an error response."),
        may(
            "field",
            FIELD_SHAPE,
            "Where an error response names the parameter at fault. The name must lead to the value that a case tests.",
        ),
        may(
            "output",
            Text,
            "Where the response elements are in the body of a success, as a path. Without it, they are its members.",
        ),
        may(
            "carries",
            List(&Text),
            "Members that every error response contains in addition to its code, as paths.",
        ),
        may("varies", List(&Text), "Members of an error response that differ from call to call, as paths."),
    ]],
};

static ONE_PLACE_SHAPE: Shape = OneOf(&[Text, Of(&RESPONSE_PLACE)]);
const RESPONSE_PLACE_SHAPE: Shape = OneOf(&[Text, Of(&RESPONSE_PLACE), List(&ONE_PLACE_SHAPE)]);
const SIGN_SHAPE: Shape = OneOf(&[Text, Map(&Any)]);
const FIELD_SHAPE: Shape = OneOf(&[Text, Of(&FIELD), Of(&RESPONSE_PLACE)]);

/// A place in a response that is not a path in its body.
pub static RESPONSE_PLACE: Form = Form {
    name: "ResponsePlace",
    doc: "Where something is in a response. A text is a path in the body, or status: error.code a member, errors[].code each item of a list, errors[0].code its first item, faults{} each value and faults{key} each name of an object. Of a list of places, the first that the response has counts.",
    keys: &[&[
        may("header", Text, "The header of this name."),
        may("in", OneOf(&[Text, Of(&RESPONSE_PLACE)]), "Another place, in whose text it is."),
        may("after", Text, "in: the text before it."),
        may("until", Text, "in: the text after it."),
    ]],
};

/// Where an error response names a parameter.
pub static FIELD: Form = Form {
    name: "Field",
    doc: "Where and how an error response names the parameter at fault.",
    keys: &[&[
        must("at", RESPONSE_PLACE_SHAPE, "The place."),
        may(
            "as",
            Word(Spelling::NAMES),
            "The spelling: dotted (lines.0.sku), brackets (lines[0][sku]), pointer (/lines/0/sku), list ([lines, 0, sku]) or name (sku). The default is dotted.",
        ),
    ]],
};
