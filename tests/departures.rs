//! Every departure caught, no false alarm: a vendor written by hand, with single mistakes, and with the other side of every
//! question that the pages leave open.

mod common;
mod vendor;

use common::{Run, Shell};
use vendor::Vendor;

/// A mistake; a case that must fail; and words of the page's sentence that its block must quote.
const MISTAKES: &[(&str, &str, &str)] = &[
    ("13-letters-pass", "AddMessageContact/Name/length/13", "The name must be 2 to 12 characters in length"),
    (
        "12-letters-refused",
        "AddMessageContact/Name/length/12",
        "The name must be 2 to 12 characters in length",
    ),
    (
        "no-length-limit",
        "AddMessageContact/Name/length/1000",
        "The name must be 2 to 12 characters in length",
    ),
    ("one-letter-passes", "AddMessageContact/Name/length/1", "The name must be 2 to 12 characters in length"),
    (
        "two-letters-refused",
        "AddMessageContact/Name/length/2",
        "The name must be 2 to 12 characters in length",
    ),
    ("digits-pass", "AddMessageContact/Name/characters/digit-inside", "can contain only letters"),
    ("hyphens-pass", "AddMessageContact/Name/characters/hyphen-first", "can contain only letters"),
    ("capitals-refused", "AddMessageContact/Name/characters/upper-case", "can contain only letters"),
    ("name-trimmed", "AddMessageContact/Name/characters/blank-last", "can contain only letters"),
    ("last-character-unchecked", "AddMessageContact/Name/characters/digit-last", "can contain only letters"),
    (
        "only-first-character-checked",
        "AddMessageContact/Name/characters/digit-last",
        "can contain only letters",
    ),
    (
        "crash-on-emoji",
        "AddMessageContact/Name/characters/emoji-inside",
        "Resource Management:AddMessageContact",
    ),
    (
        "crash-on-quote",
        "AddMessageContact/Name/characters/quote-inside",
        "Resource Management:AddMessageContact",
    ),
    ("wrong-code", "AddMessageContact/Name/length/13", "The name must be 2 to 12 characters in length"),
    ("wrong-message", "AddMessageContact/Title/values/unknown", "The Title is invalid."),
    ("wrong-status", "AddMessageContact/Name/length/1", "InvalidParameter.Name | The Name is invalid."),
    (
        "undocumented-code",
        "AddMessageContact/Name/characters/cyrillic-inside",
        "Resource Management:AddMessageContact",
    ),
    (
        "duplicate-passes",
        "AddMessageContact/Name/unique/used",
        "The name must be unique in your resource directory.",
    ),
    ("duplicate-with-wrong-code", "AddMessageContact/Name/unique/used", "The name must be unique"),
    ("email-not-required", "AddMessageContact/EmailAddress/required/absent", "Required: Yes"),
    ("email-unchecked", "AddMessageContact/EmailAddress/format/no-at", "The email address of the contact."),
    (
        "email-without-host-passes",
        "AddMessageContact/EmailAddress/format/no-host",
        "The email address of the contact.",
    ),
    ("email-limit-gone", "AddMessageContact/EmailAddress/length/1000", "The email address of the contact."),
    ("phone-demanded", "AddMessageContact/call/required", "Resource Management:AddMessageContact"),
    (
        "phone-unchecked",
        "AddMessageContact/PhoneNumber/format/no-country",
        "<Country code>-<Mobile phone number> format",
    ),
    (
        "foreign-phone-passes",
        "AddMessageContact/PhoneNumber/format/other-country",
        "Only mobile phone numbers in the 86-",
    ),
    (
        "country-with-wrong-code",
        "AddMessageContact/PhoneNumber/format/other-country",
        "Only mobile phone numbers in the 86-",
    ),
    ("title-unchecked", "AddMessageContact/Title/values/unknown", "Valid values: FinanceDirector"),
    ("title-by-prefix", "AddMessageContact/Title/values/prefix", "Valid values: FinanceDirector"),
    ("ceo-refused", "AddMessageContact/Title/values/CEO", "Valid values: FinanceDirector"),
    ("missing-title-as-invalid", "AddMessageContact/Title/required/absent", "Title | string | Required: Yes"),
    ("types-not-required", "AddMessageContact/MessageTypes/required/absent", "Required: Yes"),
    (
        "only-first-type-checked",
        "AddMessageContact/MessageTypes/items/unknown-inside",
        "Valid values: ServiceMessage",
    ),
    (
        "last-type-unchecked",
        "AddMessageContact/MessageTypes/items/unknown-last",
        "Valid values: ServiceMessage",
    ),
    ("six-types-refused", "AddMessageContact/MessageTypes/items/all", "Valid values: ServiceMessage"),
    ("no-request-id", "AddMessageContact/call/required", "RequestId | string | The request ID."),
    ("null-request-id", "AddMessageContact/call/required", "RequestId | string | The request ID."),
    ("no-create-date", "AddMessageContact/call/required", "The time when the contact was created."),
    ("contact-id-as-number", "AddMessageContact/call/required", "The ID of the contact."),
    (
        "no-request-id-in-errors",
        "AddMessageContact/Name/required/absent",
        "Resource Management:AddMessageContact",
    ),
    ("errors-with-200", "AddMessageContact/Title/required/absent", "Title | string | Required: Yes"),
    ("html-errors", "AddMessageContact/Name/required/absent", "Resource Management:AddMessageContact"),
    ("unknown-contact-accepted", "UpdateMessageContact/ContactId/exists/removed", "The ID of the contact."),
    (
        "unknown-contact-with-400",
        "UpdateMessageContact/ContactId/exists/removed",
        "This Contact does not exist.",
    ),
    (
        "update-to-used-name-passes",
        "UpdateMessageContact/Name/unique/used",
        "The contact name already exists",
    ),
    ("update-title-unchecked", "UpdateMessageContact/Title/values/unknown", "Valid values: FinanceDirector"),
    (
        "update-13-letters-pass",
        "UpdateMessageContact/Name/length/13",
        "The value must be 2 to 12 characters in length",
    ),
    (
        "leading-underscore-passes",
        "AddUserContact/Name/characters/underscore-first",
        "It cannot start with “_”.",
    ),
    ("one-character-passes", "AddUserContact/Name/length/1", "can contain 2-60 characters"),
    ("61-characters-pass", "AddUserContact/Name/length/61", "can contain 2-60 characters"),
    ("60-characters-refused", "AddUserContact/Name/length/60", "can contain 2-60 characters"),
    (
        "hyphen-passes",
        "AddUserContact/Name/characters/hyphen-inside",
        "supporting uppercase and lowercase letters",
    ),
    ("only-digits-refused", "AddUserContact/Name/characters/only-digits", "numbers, and underline"),
    ("tencent-duplicate-passes", "AddUserContact/Name/unique/used", "which needs to be unique"),
    ("contact-unchecked", "AddUserContact/ContactInfo/format/no-at", "Email address, which can contain"),
    (
        "contact-leading-underscore-passes",
        "AddUserContact/ContactInfo/characters/underscore-first",
        "cannot start with “_”",
    ),
    ("product-unchecked", "AddUserContact/Product/values/unknown", "Valid values: mysql"),
    ("region-not-required", "AddUserContact/Region/required/absent", "Region | string | Required: Yes"),
    ("lists-pass", "AddUserContact/Name/type/list", "Name | string | Required: Yes"),
    ("missing-as-invalid", "AddUserContact/Name/required/absent", "Required: Yes"),
    ("tencent-undocumented-code", "AddUserContact/Name/length/1", "can contain 2-60 characters"),
    ("longer-but-no-sub-code", "AddUserContact/Name/length/1", "can contain 2-60 characters"),
    ("tencent-errors-with-400", "AddUserContact/Region/required/absent", "the HTTP status is 200"),
    ("id-as-text", "AddUserContact/call/required", "The successfully added contact ID"),
    ("id-missing", "AddUserContact/call/required", "The successfully added contact ID"),
    ("no-envelope", "AddUserContact/call/required", "AddUserContact, as documented on 2021-07-13"),
    (
        "request-id-repeats",
        "AddUserContact/Region/required/absent",
        "The unique request ID, which is returned for each request.",
    ),
];

/// The other side of what the pages leave open; several together are one vendor.
const READINGS: &[&[&str]] = &[
    &[],
    &["one-letter-is-a-length"],
    &["empty-name-is-invalid", "empty-title-is-invalid", "empty-is-invalid"],
    &["empty-name-is-too-short"],
    &["blank-is-missing"],
    &["letters-of-any-script"],
    &["email-limit-64"],
    &["email-limit-128"],
    &["long-email-is-invalid"],
    &["email-strict", "contact-strict"],
    &["email-trimmed"],
    &["checked-backwards"],
    &["extra-fields"],
    &["other-key-order"],
    &["sub-codes"],
    &["parameter-not-value"],
    &["duplicate-is-failed-operation"],
    &["scalars-converted"],
    &["blank-refused"],
    &["id-form-checked"],
    &["contact-id-optional"],
    &["empty-update-refused"],
    &["own-name-counts-as-used"],
    &["values-without-case"],
    &["repeated-types-refused"],
    &["phone-strict"],
    &["no-country-is-a-country"],
    &["empty-phone-refused"],
    &["update-supports-86-only"],
    &["names-without-case"],
    &["busy-now-and-then"],
];

#[test]
fn every_mistake_is_caught_and_told_so_that_a_person_can_act() {
    let mut wrong = Vec::new();
    for (mistake, case, sentence) in MISTAKES {
        let vendor = Vendor::start(&[mistake]);
        let operation = case.split('/').next().unwrap();
        let run = Run::against(&vendor.url).filter(&format!("{operation}/")).go();
        let block = run.block(case).unwrap_or_default();
        let mut expect = |fine: bool, what: &str| {
            if !fine {
                wrong.push(format!(
                    "{mistake}: {what}\n{}",
                    if block.is_empty() { &run.stdout } else { &block }
                ));
            }
        };
        expect(run.code == 1, "the exit code is not 1");
        expect(block.starts_with("FAIL"), &format!("{case} did not fail"));
        expect(block.contains(sentence), &format!("the block does not quote {sentence:?}"));
        expect(block.contains("promised") && block.contains("received"), "no comparison");
        expect(block.contains("≠"), "no difference is marked");
        expect(block.contains(".yaml:"), "no place in the spec");
        expect(block.contains("curl -sS"), "no curl line");
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn the_curl_line_of_a_block_repeats_the_departure() {
    for (mistake, case, came) in [
        ("13-letters-pass", "AddMessageContact/Name/length/13", "HTTP/1.1 200"),
        ("wrong-status", "AddMessageContact/Name/characters/quote-inside", "HTTP/1.1 403"),
        ("crash-on-emoji", "AddMessageContact/Name/characters/emoji-inside", "HTTP/1.1 500"),
        ("id-as-text", "AddUserContact/Name/length/60", "InvalidParameterValue"),
        ("tencent-errors-with-400", "AddUserContact/Name/characters/apostrophe-inside", "HTTP/1.1 400"),
    ] {
        let vendor = Vendor::start(&[mistake]);
        let run = Run::against(&vendor.url).filter(case).go();
        let block = run.block(case).unwrap_or_else(|| panic!("{mistake}: {}", run.stdout));
        let curl = block.lines().find_map(|line| line.trim().strip_prefix("repeat")).unwrap();
        let answer = Shell::parse(curl).send(&vendor.url);
        assert!(answer.contains(came), "{mistake}: {curl}\n{answer}");
    }
}

#[test]
fn no_reading_of_the_pages_is_called_a_departure() {
    let mut wrong = Vec::new();
    for reading in READINGS {
        let vendor = Vendor::start(reading);
        let run = Run::against(&vendor.url).go();
        if run.code != 0 || run.stdout.contains("FAIL") {
            wrong.push(format!("{reading:?}: exit {}\n{}{}", run.code, run.stdout, run.stderr));
        }
        assert_eq!(vendor.contacts(), 0, "{reading:?}: contacts were left on the target");
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn all_compatible_readings_together_are_no_departure_either() {
    let all = [
        "one-letter-is-a-length",
        "empty-name-is-invalid",
        "letters-of-any-script",
        "email-limit-64",
        "email-strict",
        "contact-strict",
        "checked-backwards",
        "extra-fields",
        "other-key-order",
        "sub-codes",
        "id-form-checked",
        "own-name-counts-as-used",
        "values-without-case",
        "repeated-types-refused",
        "phone-strict",
        "blank-refused",
        "names-without-case",
        "busy-now-and-then",
        "scalars-converted",
        "duplicate-is-failed-operation",
    ];
    let vendor = Vendor::start(&all);
    let run = Run::against(&vendor.url).go();
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
}

#[test]
fn a_second_run_on_the_same_target_comes_to_the_same() {
    for mistake in ["", "hyphen-passes", "one-character-passes", "contact-unchecked", "13-letters-pass"] {
        let vendor = Vendor::start(&[mistake]);
        let (first, second, third) = (
            Run::against(&vendor.url).go(),
            Run::against(&vendor.url).go(),
            Run::against(&vendor.url).seed(1).go(),
        );
        assert_eq!(first.verdicts(), second.verdicts(), "{mistake}");
        assert_eq!(first.verdicts(), third.verdicts(), "{mistake}");
        let again = Run::against(&vendor.url).seed(1).go();
        assert_eq!(first.verdicts(), again.verdicts(), "{mistake}: the same seed again");
    }
}

#[test]
fn verdicts_do_not_depend_on_how_many_cases_run_at_once() {
    let vendor = Vendor::start(&["digits-pass"]);
    let one = Run::against(&vendor.url).arguments(&["--jobs", "1"]).go();
    let many = Run::against(&vendor.url).arguments(&["--jobs", "64"]).go();
    assert_eq!(one.verdicts(), many.verdicts());
}
