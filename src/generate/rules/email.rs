//! E-mail addresses: plain ones, invalid ones, and the kinds on which implementations disagree.

use crate::case::value::Value;
use crate::spec::breach::Part;
use crate::spec::model::Member;

use crate::generate::trial::Trial;

const ADDRESSES: &[(&str, &str, &str)] = &[
    ("plain", "a plain address", "someone@example.com"),
    ("dot", "a dot in the local part", "some.one@example.com"),
    ("digit-first", "a digit as first character", "1someone@example.com"),
    ("underscore", "an underscore inside the local part", "some_one@example.com"),
    ("upper-case", "upper case", "SOMEONE@EXAMPLE.COM"),
    ("sub-domain", "a host name with three labels", "someone@mail.example.com"),
    ("hyphen-in-host", "a hyphen in the host name", "someone@my-host.example.com"),
    ("no-at", "no @", "someone.example.com"),
    ("only-at", "only @", "@"),
    ("no-local-part", "nothing before the @", "@example.com"),
    ("no-host", "nothing after the @", "someone@"),
    ("two-ats", "two @", "someone@example@example.com"),
    ("inner-blank", "a space inside", "some one@example.com"),
    ("newline", "a line break inside", "some\none@example.com"),
    ("two-addresses", "two addresses", "someone@example.com, other@example.com"),
    ("leading-blank", "a space before it", " someone@example.com"),
    ("trailing-blank", "a space after it", "someone@example.com "),
    ("plus", "a tag after a plus sign", "someone+tag@example.com"),
    ("quoted", "a quoted local part", "\"some one\"@example.com"),
    ("double-dot", "two dots in a row", "some..one@example.com"),
    ("leading-dot", "a dot at the beginning", ".someone@example.com"),
    ("no-dot-in-host", "a host name with one label", "someone@localhost"),
    ("ip-address", "an IP address as host", "someone@[127.0.0.1]"),
    ("international", "letters beyond ASCII", "jemand@exämple.com"),
    ("display-name", "a name before the address", "Someone <someone@example.com>"),
];

/// Returns addresses of every kind. If the parameter must be unique, the plain ones are random.
pub fn trials(parameter: &Member) -> Vec<Trial> {
    ADDRESSES
        .iter()
        .map(|(slug, tries, address)| {
            let address = match parameter.is_new() {
                true => {
                    address.replacen("one@", "<10 letters>@", 1).replacen("SOMEONE@", "<10 capitals>@", 1)
                }
                false => (*address).to_owned(),
            };
            Trial::new(Part::FormatShape, *slug, *tries, Value::described(&address))
        })
        .collect()
}
