//! Every mismatch is caught, without false alarms: a hand-written vendor, with single mistakes, and with the other
//! reading of every question that the pages leave open.

use crate::common::{Run, Shell};
use crate::vendor::Vendor;

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
    ("phone-demanded", "AddMessageContact/call/required", "PhoneNumber | string | Required: No"),
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
    (
        "title-by-prefix",
        "AddMessageContact/Title/values/FinanceDirector-prefix",
        "Valid values: FinanceDirector",
    ),
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
        "AddUserContact/Region/required/absent/2",
        "The unique request ID, which is returned for each request.",
    ),
    // Races, side effects, interactions, crashes, requests as a whole.
    (
        "add-race",
        "AddMessageContact/Name/unique/at-once",
        "The name must be unique in your resource directory.",
    ),
    ("update-race", "UpdateMessageContact/Name/unique/at-once", "The contact name already exists"),
    ("tencent-race", "AddUserContact/Name/unique/at-once", "which needs to be unique"),
    (
        "refusal-takes-name",
        "AddMessageContact/Name/unique/after-refusal-for-Title",
        "The name must be unique in your resource directory.",
    ),
    (
        "refusal-makes-contact",
        "AddMessageContact/Name/unique/after-refusal-for-EmailAddress",
        "The name must be unique in your resource directory.",
    ),
    (
        "tencent-refusal-takes-name",
        "AddUserContact/Name/unique/after-refusal-for-ContactInfo",
        "which needs to be unique",
    ),
    (
        "refused-update-takes-name",
        "UpdateMessageContact/Name/unique/after-refusal-for-Title",
        "The contact name already exists",
    ),
    (
        "refused-update-applies",
        "UpdateMessageContact/MessageTypes/items/refused-with-Title",
        "The job title of the contact.",
    ),
    ("update-forgets-title", "UpdateMessageContact/Title/effect", "The job title of the contact."),
    ("update-forgets-types", "UpdateMessageContact/MessageTypes/effect", "The types of messages received"),
    ("update-forgets-name", "UpdateMessageContact/Name/effect", "Name | string | Required: No"),
    (
        "update-forgets-name",
        "UpdateMessageContact/Name/unique/after-update",
        "The contact name already exists",
    ),
    (
        "old-name-stays-taken",
        "UpdateMessageContact/Name/unique/after-update",
        "The contact name already exists",
    ),
    ("removed-contact-accepted", "UpdateMessageContact/ContactId/exists/removed", "The ID of the contact."),
    (
        "unknown-contact-accepted-with-title",
        "UpdateMessageContact/ContactId/exists/unknown",
        "The ID of the contact.",
    ),
    ("add-forgets-title", "AddMessageContact/call/effect", "The job title of the contact."),
    ("first-type-stored", "AddMessageContact/call/effect", "The types of messages received"),
    ("duplicate-passes-without-phone", "AddMessageContact/Name/unique/used/3", "The name must be unique"),
    ("duplicate-passes-for-ceo", "AddMessageContact/Name/unique/used/4", "The name must be unique"),
    (
        "length-unchecked-without-phone",
        "AddMessageContact/Name/length/",
        "The name must be 2 to 12 characters in length",
    ),
    (
        "length-unchecked-for-fault-messages",
        "AddMessageContact/Name/length/1/2",
        "The name must be 2 to 12 characters in length",
    ),
    ("name-unchecked-for-ceo", "AddMessageContact/Name/characters/", "can contain only letters"),
    ("update-name-unchecked-with-title", "UpdateMessageContact/Name/characters/", "can contain only letters"),
    ("email-not-required-of-others", "AddMessageContact/EmailAddress/required/absent/", "Required: Yes"),
    (
        "phone-unchecked-for-security-messages",
        "AddMessageContact/PhoneNumber/format/",
        "<Country code>-<Mobile phone number> format",
    ),
    ("title-unchecked-with-six-types", "AddMessageContact/Title/values/", "Valid values: FinanceDirector"),
    (
        "update-title-unchecked-without-name",
        "UpdateMessageContact/Title/values/unknown",
        "Valid values: FinanceDirector",
    ),
    (
        "types-unchecked-for-project-directors",
        "AddMessageContact/MessageTypes/items/",
        "Valid values: ServiceMessage",
    ),
    ("range-from-A-to-z", "AddMessageContact/Name/characters/underscore-first", "can contain only letters"),
    ("backtick-passes", "AddMessageContact/Name/characters/backtick-inside", "can contain only letters"),
    ("last-line-break-passes", "AddMessageContact/Name/characters/newline-last", "can contain only letters"),
    ("crash-on-nul", "AddMessageContact/Name/characters/nul-inside", "Resource Management:AddMessageContact"),
    (
        "crash-on-backslash",
        "AddMessageContact/Name/characters/backslash-inside",
        "Resource Management:AddMessageContact",
    ),
    (
        "crash-on-sql",
        "AddMessageContact/Name/characters/apostrophe-first",
        "Resource Management:AddMessageContact",
    ),
    (
        "crash-on-template-in-email",
        "AddMessageContact/EmailAddress/odd/template",
        "Resource Management:AddMessageContact",
    ),
    (
        "crash-on-emoji-in-email",
        "UpdateMessageContact/EmailAddress/odd/emoji",
        "Resource Management:UpdateMessageContact",
    ),
    (
        "crash-on-quote-in-phone",
        "AddMessageContact/PhoneNumber/odd/quote",
        "Resource Management:AddMessageContact",
    ),
    ("crash-on-long-title", "AddMessageContact/Title/odd/long", "Resource Management:AddMessageContact"),
    (
        "crash-on-markup-in-types",
        "AddMessageContact/MessageTypes/odd/markup",
        "Resource Management:AddMessageContact",
    ),
    (
        "crash-on-long-id",
        "UpdateMessageContact/ContactId/exists/long",
        "Resource Management:UpdateMessageContact",
    ),
    (
        "crash-on-unknown-parameter",
        "AddMessageContact/request/unknown-parameter",
        "Resource Management:AddMessageContact",
    ),
    (
        "crash-on-repeated-parameter",
        "AddMessageContact/request/repeated-parameter",
        "Resource Management:AddMessageContact",
    ),
    (
        "crash-on-bad-json",
        "AddUserContact/request/cut-off-body",
        "AddUserContact, as documented on 2021-07-13",
    ),
    ("crash-on-list", "AddUserContact/Name/type/nested", "AddUserContact, as documented on 2021-07-13"),
    ("crash-on-huge", "AddUserContact/Name/length/100000", "AddUserContact, as documented on 2021-07-13"),
    ("bad-json-accepted", "AddUserContact/request/text-body", "AddUserContact, as documented on 2021-07-13"),
    (
        "unknown-parameter-ignored",
        "AddUserContact/request/unknown-parameter",
        "AddUserContact, as documented on 2021-07-13",
    ),
    ("any-version", "AddUserContact/request/unknown-version", "Version | string | Required: Yes"),
    ("any-action", "AddUserContact/request/unknown-action", "Action | string | Required: Yes"),
    ("digit-first-refused", "AddUserContact/Name/characters/digit-first", "It cannot start with"),
    ("underscore-last-refused", "AddUserContact/Name/characters/underscore-last", "numbers, and underline"),
];

/// The other readings of what the pages leave open. Several readings together form one vendor.
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
    &["no-get"],
    &["region-checked"],
    &["later-is-later"],
    &["types-in-another-order"],
    &["update-replaces"],
    &["removed-name-stays-taken"],
    &["unlisted-refused"],
    &["last-of-repeated"],
];

#[test]
fn every_mistake_is_caught_and_reported_with_its_sentence() {
    let mut wrong = Vec::new();
    for (mistake, case, sentence) in MISTAKES {
        let vendor = Vendor::start(&[mistake]);
        // The cases about the same parameter: `AddMessageContact/Name/`.
        let about = case.match_indices('/').nth(1).map_or(*case, |(end, _)| &case[..=end]);
        let run = Run::against(&vendor.url).filter(about).go();
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
        expect(block.contains("expected") && block.contains("received"), "no comparison");
        expect(block.contains("≠"), "no difference is marked");
        expect(block.contains(".yaml:"), "no place in the spec");
        expect(block.contains("curl -sS"), "no curl line");
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn curl_line_of_a_block_reproduces_the_mismatch() {
    for (mistake, case, received) in [
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
        let response = Shell::parse(curl).send(&vendor.url);
        assert!(response.contains(received), "{mistake}: {curl}\n{response}");
    }
}

#[test]
fn other_readings_of_the_pages_are_not_mismatches() {
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
fn compatible_readings_together_are_not_mismatches() {
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
fn second_run_on_the_same_target_has_the_same_verdicts() {
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
fn verdicts_do_not_depend_on_the_number_of_jobs() {
    let vendor = Vendor::start(&["digits-pass"]);
    let one = Run::against(&vendor.url).arguments(&["--jobs", "1"]).go();
    let many = Run::against(&vendor.url).arguments(&["--jobs", "64"]).go();
    assert_eq!(one.verdicts(), many.verdicts());
}
