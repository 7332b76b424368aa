//! The forms of the spec language.

use super::breach::Part;
use super::form::{Form, Key, Shape, may, must};
use super::model::{Circumstance, Location, Protocol, RequestFault, Type};

mod http;
mod values;

pub use http::{FIELD, HTTP, RESPONSE_PLACE};
pub use values::{CHARACTERS, FORMAT, LENGTH, MAP_KEY, OPEN, PATTERN, RANGE};

use values::{CHARACTERS_SHAPE, FORMAT_SHAPE, FORMATS, LENGTH_SHAPE, PATTERN_SHAPE, RANGE_SHAPE};

use Shape::{Any, Bool, Form as Of, Integer, List, Map, OneOf, Text, TypeName, Word, Words};

/// `service.yaml`.
pub static SERVICE: Form = Form {
    name: "Service",
    doc: "What the operations of one vendor's API share. Written in service.yaml, in the folder of the operations.",
    keys: &[&[
        must("service", Text, "The service's name in its protocol."),
        must("vendor", Text, "The provider of the service."),
        must("version", Text, "The API version that requests contain."),
        must(
            "protocol",
            Word(Protocol::NAMES),
            "How requests are sent, and where code, message and request id are.",
        ),
        may("http", Of(&HTTP), "rest: what plain HTTP does not define."),
        may(
            "codes",
            Word(&["exact", "hierarchical"]),
            "hierarchical: A.B is a sub-code of A and is allowed in its place. The default is exact.",
        ),
        may("errors", List(&Of(&ERROR_ROW)), "Error rows that apply to every operation."),
        may("entities", Map(&Of(&ENTITY)), "What calls create on the target, by name."),
        may(
            "types",
            Map(&TYPE_SHAPE),
            "Types that several places share, by name. A name starts with a capital letter; a type may contain itself.",
        ),
    ]],
};

/// An entity in `service.yaml`.
pub static ENTITY: Form = Form {
    name: "Entity",
    doc: "Something that calls create and that has an id.",
    keys: &[&[
        may(
            "id",
            OneOf(&[Text, Of(&ENTITY_ID)]),
            "Where its id is in the response of the operation that creates it, as a path: Contact.ContactId.",
        ),
        may("made-by", Text, "The operation that creates one. Every entity has one, unless it is foreign."),
        may("removed-by", Text, "The operation that removes one, or none if the vendor documents no way."),
        may(
            "foreign",
            Bool,
            "true: no operation of the specs creates one. The target's configuration says which ones exist.",
        ),
        may("listed-by", Text, "The operation that lists them, each with its id and its parameters."),
        may("pages-by", PAGES_SHAPE, "How that list is read to its end; left out if the page does not say."),
        may("total", Text, "Where the response of that list gives the number of entities, as a path."),
    ]],
};

/// The id of an entity that the caller names.
pub static ENTITY_ID: Form = Form {
    name: "EntityId",
    doc: "The id of an entity that the caller names.",
    keys: &[&[must(
        "parameter",
        Text,
        "The parameter of the operation that creates it, whose value is its id.",
    )]],
};

const PAGES_SHAPE: Shape = OneOf(&[Text, Of(&PAGES)]);

/// The mapping form of `pages-by`.
pub const PAGES: Form = Form {
    name: "Pages",
    doc: "How a list is read to its end. A parameter name alone: the parameter counts pages from 1. none: one response has all.",
    keys: &[&[
        may("page", Text, "The parameter that counts pages, from 1."),
        may("offset", Text, "The parameter that counts the entries to skip."),
        may("token", Text, "The parameter that takes a token from the previous response."),
        may("next", Text, "token: where the response contains the next token, as a path."),
    ]],
};

/// An operation's file.
pub static OPERATION: Form = Form {
    name: "Operation",
    doc: "The transcription of one documentation page.",
    keys: &[&[
        must("operation", Text, "Its name on the wire."),
        must("page", Of(&PAGE), "The page that it was transcribed from."),
        may("http", Text, "rest: method and path, with parameters in braces: GET /contacts/{id}."),
        may("support", Bool, "true: used to set up and clean up, not tested."),
        may("creates", Text, "The entity that a successful call creates."),
        may(
            "success",
            OneOf(&[Integer, List(&Integer)]),
            "rest: The HTTP status of a success, or several: 201. A success with any other status is a mismatch.",
        ),
        may(
            "headers",
            Map(&Of(&ELEMENT)),
            "rest: The headers that a success has, by name, written like response elements.",
        ),
        may(
            "shows",
            OneOf(&[Word(SENT), List(&Text), Of(&SHOWS)]),
            "sent: the response to a call shows what the call sent, in the elements with the names of the parameters; or the parameters that it shows.",
        ),
        may("parameters", Map(&PARAMETER_SHAPE), "The parameter table, in the page's order."),
        may("relations", List(&RELATION_SHAPE), "The relations between parameters."),
        may("errors", List(&Of(&ERROR_ROW)), "The error table, in the page's order."),
        may(
            "response",
            Map(&Any),
            "The response elements: a leaf has a type, a mapping without type is an object.",
        ),
        may("narrative", List(&Text), "Sentences that no request can test, word for word."),
        may("acknowledged", List(&Of(&ACKNOWLEDGED)), "Findings about the page that the author knows about."),
    ]],
};

/// The word of `shows`.
pub const SENT: &[&str] = &["sent"];

/// What the response to a call does not show.
pub static SHOWS: Form = Form {
    name: "Shows",
    doc: "The response to a call shows everything that the call sent, with exceptions.",
    keys: &[&[must("but", List(&Text), "The parameters that it does not show.")]],
};

/// The page of an operation.
pub const PAGE: Form = Form {
    name: "Page",
    doc: "A documentation page.",
    keys: &[&[
        must("title", Text, "Its title."),
        may("updated", Text, "The date of its last update, as the page states it."),
        may("url", Text, "Where it was read."),
    ]],
};

/// A parameter.
pub static PARAMETER: Form = Form {
    name: "Parameter",
    doc: "One row of the parameter table.",
    keys: &[
        &[
            TYPE,
            NULLABLE,
            may(
                "required",
                REQUIRED_SHAPE,
                "Whether a call must contain it; unclear if the page contradicts itself. The default is false.",
            ),
            may(
                "in",
                Word(Location::NAMES),
                "rest: where it is sent. The default is the path if the path contains it, otherwise the JSON body, or the query for a GET or DELETE.",
            ),
            may(
                "common",
                Bool,
                "true: a parameter of every call, which the protocol sends separately from the others.",
            ),
        ],
        &RULES_OF_SCALARS,
        &RULES_OF_VALUES,
        &[
            may("unique", Bool, "true: no two existing entities share its value."),
            may(
                "takes-effect",
                Word(TAKES_EFFECT),
                "later: the page says that the value takes effect only after a further step. The default is at-once.",
            ),
            may(
                "default",
                Any,
                "The value that counts if the parameter is left out. Reading the new entity must show it.",
            ),
            may("exists", Text, "The entity whose id it is."),
        ],
        &SHOWN,
    ],
};

/// A member of an object.
pub static MEMBER: Form = Form {
    name: "Member",
    doc: "A member of an object: one row of the table below a parameter.",
    keys: &[
        &[
            TYPE,
            NULLABLE,
            may(
                "required",
                REQUIRED_SHAPE,
                "Whether the object must have it; unclear if the page contradicts itself. The default is false.",
            ),
        ],
        &RULES_OF_SCALARS,
        &RULES_OF_VALUES,
        &SHOWN,
    ],
};

/// A type that several places share.
pub static SHARED_TYPE: Form = Form {
    name: "SharedType",
    doc: "The rules for each value of a type. A place that uses the type can add further rules.",
    keys: &[&[TYPE, NULLABLE], &RULES_OF_SCALARS, &RULES_OF_VALUES],
};

/// An item of an array.
pub static ITEM: Form = Form {
    name: "Item",
    doc: "The rules for each item of an array, or each value of a map.",
    keys: &[&[TYPE, NULLABLE], &RULES_OF_SCALARS, &RULES_OF_VALUES],
};

const TYPE: Key = must("type", TypeName(Type::NAMES), "The type of the values.");
const NULLABLE: Key = may(
    "nullable",
    Bool,
    "Whether null is a value of its own: true: it is valid; false: it is a value of another type. Without it, null may count as absent.",
);
const REQUIRED_SHAPE: Shape = OneOf(&[Bool, Word(&["unclear"])]);

/// The rules about texts and numbers, allowed wherever a value is described, in requests and responses.
pub(super) static RULES_OF_SCALARS: [Key; 5] = [
    may(
        "length",
        LENGTH_SHAPE,
        "The length: 2..12, ..64, 2.., 5, or ..unstated for a limit that the page mentions but does not state.",
    ),
    may(
        "range",
        RANGE_SHAPE,
        "The smallest and the largest number: 1..100, 0.., ..1.5; {above: 0} excludes the bound itself.",
    ),
    may("characters", CHARACTERS_SHAPE, "The characters that are allowed."),
    may(
        "pattern",
        PATTERN_SHAPE,
        "The regular expression that the whole text matches. Each of several must match.",
    ),
    may("format", FORMAT_SHAPE, FORMATS),
];

/// The further rules about values, allowed wherever a value of a request is described.
pub(super) static RULES_OF_VALUES: [Key; 8] = [
    may("values", List(&Any), "The valid values, all of them."),
    may("reserved", List(&Any), "Values that are not valid although they keep the other rules."),
    may("open", Of(&OPEN), "A further rule that a spec cannot say, by examples."),
    may(
        "count",
        OneOf(&[Integer, Text]),
        "The number of items of an array, or of entries of a map: 1..10, ..5, 2.., 3.",
    ),
    may("items", Of(&ITEM), "The rules for each item of an array, or each value of a map."),
    may("keys", Of(&MAP_KEY), "The rules for each key of a map."),
    may("members", Map(&MEMBER_SHAPE), "The members of an object, in the page's order."),
    may("relations", List(&RELATION_SHAPE), "The relations between the members of an object."),
];

/// The keys of a relation that demand something. Each relation has one of them.
pub const DEMANDS: &[&str] = &[
    "require",
    "forbid",
    "then",
    "exactly-one",
    "at-least-one",
    "at-most-one",
    "all-or-none",
    "order",
    "same",
    "differ",
];

const CONDITION_SHAPE: Shape = OneOf(&[Text, Map(&Any), List(&Any)]);
const PATHS_SHAPE: Shape = OneOf(&[Text, List(&Text)]);

/// A relation between values of one object.
pub static RELATION: Form = Form {
    name: "Relation",
    doc: "A promise about several values of one object. Paths start at that object. A parameter that is left out counts in conditions with its default.",
    keys: &[&[
        may(
            "if",
            CONDITION_SHAPE,
            "The calls that it is about: a path (it is given), a mapping of paths to values (all of them), or a list of conditions (one of them).",
        ),
        may("unless", CONDITION_SHAPE, "The calls that it is not about. If both stand, both count."),
        may("require", PATHS_SHAPE, "All of these must be given."),
        may("forbid", PATHS_SHAPE, "None of these may be given."),
        may("then", Map(&FURTHER_SHAPE), "Further rules for these values."),
        may("exactly-one", List(&Text), "One of these must be given, and no more."),
        may("at-least-one", List(&Text), "One or more of these must be given."),
        may("at-most-one", List(&Text), "No two of these may be given."),
        may("all-or-none", List(&Text), "If one of these is given, all of them must be."),
        may("order", List(&Text), "Each of these numbers, dates or times must be less than the next one."),
        may(
            "strict",
            Bool,
            "order: whether two equal values break it. Without it, equal values are unspecified.",
        ),
        may("same", List(&Text), "These must be equal."),
        may("differ", List(&Text), "These must differ."),
        may("says", Text, "The page's sentence about it, word for word."),
    ]],
};

/// Further rules for a value.
pub static FURTHER: Form = Form {
    name: "Further",
    doc: "Rules for a value that hold while the condition of a relation is met, in addition to its own.",
    keys: &[
        &RULES_OF_SCALARS,
        &RULES_OF_VALUES,
        &[may("sample", Any, "A value to send if one cannot be made from the rules.")],
    ],
};

/// What the page shows and says about a parameter or a member.
static SHOWN: [Key; 3] = [
    may("example", Any, "The page's example, word for word."),
    may("sample", Any, "A value to send if the page gives no example, or one that cannot be sent."),
    may("says", SAYS_SHAPE, "The page's sentences about it, word for word."),
];

// A static may refer to itself; a constant may not.
static TYPE_SHAPE: Shape = Of(&SHARED_TYPE);
static MEMBER_SHAPE: Shape = Of(&MEMBER);
static PARAMETER_SHAPE: Shape = Of(&PARAMETER);
static RELATION_SHAPE: Shape = Of(&RELATION);
static FURTHER_SHAPE: Shape = Of(&FURTHER);

/// When a value takes effect.
pub const TAKES_EFFECT: &[&str] = &["at-once", "later"];

const SAYS_SHAPE: Shape = OneOf(&[Text, List(&OneOf(&[Text, Of(&QUOTE)]))]);

/// A sentence and the rules that it states.
pub const QUOTE: Form = Form {
    name: "Quote",
    doc: "A sentence of the page and the rules that it states.",
    keys: &[&[
        must("quote", Text, "The sentence, word for word."),
        must("of", RULES_SHAPE, "The rules that it states."),
        may("leaves", Text, "What the sentence says beyond these rules. No rule tests that part."),
    ]],
};

const RULES_SHAPE: Shape = OneOf(&[Words(Part::names), List(&Words(Part::names))]);

/// A row of an error table.
pub const ERROR_ROW: Form = Form {
    name: "ErrorRow",
    doc: "One row of an error table, and what it covers.",
    keys: &[&[
        may("status", Integer, "The HTTP status; not judged if left out."),
        may(
            "code",
            OneOf(&[Text, List(&Text)]),
            "The code, or several codes if the page does not say which of them is returned. Left out if the page gives only a status.",
        ),
        may(
            "message",
            Text,
            "The message, word for word; not judged if left out. {name} is the value that the call sends there; {$value} the value at fault, {$at} its path, {$limit} the number of the rule, {$digits} any number, {...} any text; {{ is a brace.",
        ),
        may(
            "body",
            Map(&Any),
            "rest: members that the body of this error response has, like response elements.",
        ),
        may("when", WHEN_SHAPE, "What it covers; left out if the page does not say."),
        may("says", Text, "The row's description on the page."),
    ]],
};

const WHEN_SHAPE: Shape = OneOf(&[Words(when_words), Map(&RULES_SHAPE)]);

/// Returns the words that `when` accepts instead of parameters.
pub fn when_words() -> Vec<&'static str> {
    [Circumstance::NAMES, RequestFault::NAMES].concat()
}

/// A leaf among the response elements.
pub static ELEMENT: Form = Form {
    name: "Element",
    doc: "A response element.",
    keys: &[
        &[
            must("type", Word(Type::NAMES), "Its type."),
            may("optional", Bool, "true: it may be absent."),
            may("nullable", Bool, "true: it may be null."),
            may(
                "absent-if",
                CONDITION_SHAPE,
                "The calls whose responses do not have it, as in `if` of a relation, with `sent.` before each name: {sent.mode: web}.",
            ),
            may("absent-unless", CONDITION_SHAPE, "The only calls whose responses have it: sent.agreement."),
            may("varies", Bool, "true: it differs from call to call; snapshots leave its value out."),
            may(
                "altered",
                Bool,
                "true: it shows the parameter of its name in part or in another form (masked, in lower case), and is not compared with what was sent.",
            ),
            may("shows", Text, "The parameter whose value it shows, as a path, if it has another name."),
            may("unique", Bool, "true: the page calls it unique; no two responses may share its value."),
            may("elements", Map(&Any), "The members of an object, or of each item of an array."),
            may("values", List(&Any), "The values that it can take."),
            may("count", OneOf(&[Integer, Text]), "The number of items of an array."),
            may("items", Of(&ITEM), "The rules for each item of an array of texts, numbers or booleans."),
            may("example", Any, "The page's example."),
            may("says", Text, "The page's sentence about it."),
        ],
        &RULES_OF_SCALARS,
    ],
};

/// A finding that remains in the spec.
pub const ACKNOWLEDGED: Form = Form {
    name: "Acknowledged",
    doc: "A finding about the page that is kept, with the reason.",
    keys: &[&[
        must("finding", Text, "The finding's id, as check prints it in brackets."),
        may("about", Text, "The parameter or code that it is about."),
        must("because", Text, "Why it is kept."),
    ]],
};
