//! Each report format, for a run in which everything happens, with a target that sends what could break a format.

use std::io;
use std::sync::{Arc, Mutex};

use fineprint::event::{Compared, Counts, Event, SnapshotChange, Snapshots};
use fineprint::report::gathered::Gathered;
use fineprint::report::root::Root;
use fineprint::report::terminal::{Terminal, Verbosity};
use fineprint::report::{Reporter, github, html, json, jsonl, junit, markdown, sarif, style::Style};

/// The output of a reporter, to be read at the end.
#[derive(Clone, Default)]
struct Written(Arc<Mutex<Vec<u8>>>);

impl io::Write for Written {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn events() -> Vec<Event> {
    let text = include_str!("../data/report/events.jsonl");
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn report<R: Reporter>(make: impl FnOnce(Written) -> R) -> String {
    report_of(events(), make)
}

fn report_of<R: Reporter>(events: Vec<Event>, make: impl FnOnce(Written) -> R) -> String {
    let written = Written::default();
    let mut reporter = make(written.clone());
    let mut run = Gathered::default();
    for event in events {
        run.add(&event);
        reporter.event(&event, &run).unwrap();
    }
    let bytes = written.0.lock().unwrap().clone();
    String::from_utf8(bytes).unwrap()
}

fn terminal(verbosity: Verbosity, width: Option<usize>) -> String {
    report(|out| Terminal::new(out, Style { colour: false, width }, verbosity))
}

#[test]
fn terminal_reports_each_broken_promise_once() {
    insta::assert_snapshot!("terminal", terminal(Verbosity::Normal, None));
    insta::assert_snapshot!("terminal-quiet", terminal(Verbosity::Quiet, None));
    insta::assert_snapshot!("terminal-narrow", terminal(Verbosity::Normal, Some(60)));
    let verbose = terminal(Verbosity::Verbose, None);
    assert_eq!(verbose.lines().filter(|line| line.starts_with("FAIL ")).count(), 4);
}

#[test]
fn output_fits_a_narrow_terminal() {
    let too_long = |line: &&str| line.chars().count() > 60 && !line.contains("curl ");
    // Ids and the last line are for copying, so they are not wrapped.
    let text = terminal(Verbosity::Normal, Some(60));
    let fields = text.lines().filter(|line| line.starts_with("   "));
    assert_eq!(fields.filter(too_long).collect::<Vec<_>>(), Vec::<&str>::new());
}

#[test]
fn responses_cannot_control_the_terminal() {
    for verbosity in [Verbosity::Quiet, Verbosity::Normal, Verbosity::Verbose] {
        let text = terminal(verbosity, None);
        let steers =
            |character: char| (character.is_control() && character != '\n') || character == '\u{202e}';
        assert!(!text.contains(steers), "{text}");
    }
}

#[test]
fn machine_readable_reports_match_their_snapshots() {
    insta::assert_snapshot!("junit", report(junit::Junit::new));
    insta::assert_snapshot!("sarif", report(|out| sarif::Sarif::new(out, Root::default())));
    insta::assert_snapshot!("github", report(|out| github::Github::new(out, Root::default())));
    insta::assert_snapshot!("markdown", report(markdown::Markdown::new));
}

#[test]
fn json_report_and_event_stream_are_complete() {
    let document: json::Document = serde_json::from_str(&report(json::Json::new)).unwrap();
    let cases = events().into_iter().filter_map(|event| match event {
        Event::CaseFinished(result) => Some(*result),
        _ => None,
    });
    assert_eq!(document.cases, cases.collect::<Vec<_>>());
    assert_eq!(document.result.counts.fail, 4);
    assert!(document.snapshots.is_some() && document.baseline.is_some());
    let stream = report(jsonl::Jsonl::new);
    let again: Vec<Event> = stream.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(again, events());
}

#[test]
fn html_report_marks_the_page_and_escapes_responses() {
    let page = report(html::Html::new);
    let (body, data) = page.split_once("<body>").unwrap().1.split_once("<script id=\"data\"").unwrap();
    insta::assert_snapshot!("html", body.replace("><", ">\n<"));
    assert!(!body.contains("<img"), "no markup from outside");
    let data = data.split_once('>').unwrap().1.split_once("</script>").unwrap().0;
    let data: serde_json::Value = serde_json::from_str(data).unwrap();
    assert!(data.to_string().contains("onerror=alert(1)"), "it is there, as data");
    assert_eq!(page.matches("</script>").count(), 2, "the page's own two");
}

/// Returns a line of Markdown without its code spans: each ends with as many backticks as it begins with (CommonMark,
/// section 6.1).
fn without_code(line: &str) -> String {
    let (mut text, mut rest) = (String::new(), line);
    while let Some(at) = rest.find('`') {
        let is_escaped = rest[..at].ends_with('\\');
        let ticks = rest[at..].len() - rest[at..].trim_start_matches('`').len();
        let fence = &rest[at..at + ticks];
        let after_fence = &rest[at + ticks..];
        let end = after_fence
            .match_indices(fence)
            .map(|(end, _)| end)
            .find(|end| !after_fence[..*end].ends_with('`') && !after_fence[end + ticks..].starts_with('`'));
        text.push_str(&rest[..at]);
        rest = match end.filter(|_| !is_escaped) {
            Some(end) => &after_fence[end + ticks..],
            None => after_fence,
        };
    }
    text + rest
}

#[test]
fn responses_cannot_inject_commands_or_mentions() {
    let log = report(|out| github::Github::new(out, Root::default()));
    let is_own = |line: &str| line.starts_with("::error file=") || line.starts_with("::error title=");
    assert!(log.lines().all(is_own), "{log}");
    let comment = report(markdown::Markdown::new);
    let outside = comment.lines().filter(|line| !line.starts_with(['+', '-', ' ']));
    let text: String = outside.map(without_code).collect();
    assert!(!text.replace("\\<", "").contains("<img"), "{text}");
    assert!(!comment.contains('\u{1b}') && !comment.contains('\u{202e}'), "{comment}");
}

/// Returns the events with another text wherever the target has sent one that could break a format.
fn sending(text: &str) -> Vec<Event> {
    let json = serde_json::to_string(text).unwrap();
    let text = include_str!("../data/report/events.jsonl").replace("</script>", json.trim_matches('"'));
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn log_lines_contain_no_ci_commands_from_the_target() {
    let commands = "a\n::error::pwn\n  ::stop-commands::x\r::add-mask::y ##[add-mask]z\u{2028}##vso[task.x]";
    let blanks = " ".repeat(50) + "::warning::wrapped";
    for sent in [commands, "::error::at once", "##[set-output name=a]b", blanks.as_str()] {
        for (verbosity, width) in [Verbosity::Quiet, Verbosity::Normal, Verbosity::Verbose]
            .map(|verbosity| [(verbosity, None), (verbosity, Some(40))])
            .concat()
        {
            let style = Style { colour: false, width };
            let log = report_of(sending(sent), |out| Terminal::new(out, style, verbosity));
            for line in log.lines() {
                assert!(!line.trim_start().starts_with("::"), "{line}");
                assert!(!line.contains("##[") && !line.contains("##vso["), "{line}");
            }
        }
    }
}

/// The characters that XML 1.0 allows; a document may contain no others.
#[test]
fn junit_report_is_well_formed_for_any_response() {
    let is_xml = |character: char| matches!(character, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..);
    let report =
        report_of(sending("\u{fffe}\u{ffff}\u{0}\u{1b}[1m ]]> \u{b} &lt; <x> \u{1fffe}"), junit::Junit::new);
    assert!(report.chars().all(is_xml), "{report:?}");
    assert!(report.contains("\\ufffe\\uffff\\u0000\\u001b[1m"), "what was sent can still be read: {report}");
}

/// Returns the events of a run whose cases all pass, changed so that something else is wrong with the run.
fn otherwise(edit: impl Fn(&mut Vec<Event>)) -> Vec<Event> {
    let mut events: Vec<Event> = events()
        .into_iter()
        .filter(|event| match event {
            Event::CaseFinished(result) => result.verdict == fineprint::judge::Verdict::Pass,
            Event::SnapshotsCompared(_) | Event::BaselineCompared(_) | Event::PlainCallFailed(_) => false,
            _ => true,
        })
        .collect();
    for event in &mut events {
        if let Event::RunFinished(finish) = event {
            finish.counts = Counts::default();
            finish.counts.pass = 4;
            (finish.stopped, finish.left_behind) = (None, Vec::new());
        }
    }
    edit(&mut events);
    events
}

fn change_of(id: &str, diff: &str) -> SnapshotChange {
    serde_json::from_value(serde_json::json!({"id": id, "diff": diff})).unwrap()
}

fn snapshots(changed: Vec<SnapshotChange>) -> Event {
    let mut snapshots = Snapshots::default();
    snapshots.changed = changed;
    Event::SnapshotsCompared(snapshots)
}

/// Returns every report that a person or a machine reads.
fn everywhere(events: &[Event]) -> [(&'static str, String); 5] {
    [
        ("html", report_of(events.to_vec(), html::Html::new)),
        ("markdown", report_of(events.to_vec(), markdown::Markdown::new)),
        ("sarif", report_of(events.to_vec(), |out| sarif::Sarif::new(out, Root::default()))),
        ("github", report_of(events.to_vec(), |out| github::Github::new(out, Root::default()))),
        ("junit", report_of(events.to_vec(), junit::Junit::new)),
    ]
}

#[test]
fn every_report_shows_that_a_run_was_not_clean() {
    let before_end = |events: &mut Vec<Event>, event: Event| events.insert(events.len() - 1, event);
    for (name, text) in everywhere(&otherwise(|_| {})) {
        let clean =
            !text.contains("::error") && !text.contains("\"level\": \"error\"") && !text.contains("<failure");
        assert!(clean, "a run that was fine: {name} {text}");
        assert!(
            !["html", "markdown"].contains(&name) || text.contains("very promise that was tested holds"),
            "{text}"
        );
    }
    let diff = " status 200\n-{\"a\":1}\n+{\"a\":2}\n".to_owned();
    let changed = otherwise(|events| {
        let change = change_of("AddMessageContact/Name/length/12", &diff);
        before_end(events, snapshots(vec![change]));
    });
    let outdated = otherwise(|events| {
        let mut compared = Compared::default();
        compared.passing = vec!["AddMessageContact/Name/length/12".to_owned()];
        compared.expired = [("AddMessageContact/Title/*".to_owned(), "2026-01-31".to_owned())].into();
        before_end(events, Event::BaselineCompared(compared));
    });
    let unanswered = otherwise(|events| {
        let Some(Event::RunFinished(finish)) = events.last_mut() else { panic!("no end") };
        finish.counts = Counts::default();
        finish.counts.error = 4;
        for event in events {
            if let Event::CaseFinished(result) = event {
                result.verdict =
                    fineprint::judge::Verdict::Error { reason: "refused the connection".to_owned() };
            }
        }
    });
    let left = otherwise(|events| {
        let Some(Event::RunFinished(finish)) = events.last_mut() else { panic!("no end") };
        let leftover = |number: usize| {
            serde_json::json!({
                "service": "v/s", "entity": "contact", "id": format!("c-{number}"), "case": "AddMessageContact/call",
                "reason": "it refused",
            })
        };
        finish.left_behind = (0..3).map(|number| serde_json::from_value(leftover(number)).unwrap()).collect();
    });
    for (events, words) in [
        (changed, &["AddMessageContact/Name/length/12"][..]),
        (outdated, &["AddMessageContact/Name/length/12", "AddMessageContact/Title/*", "2026-01-31"]),
        (unanswered, &[]),
        (left, &["c-0"]),
    ] {
        for (name, text) in everywhere(&events) {
            assert!(!text.contains("very promise that was tested holds"), "{name} {text}");
            for word in words {
                assert!(text.contains(word), "{name} does not say {word}: {text}");
            }
            let is_told = match name {
                "sarif" => text.contains("\"level\": \"error\""),
                "github" => text.starts_with("::error"),
                "junit" => text.contains("<failure") || text.contains("<error"),
                _ => true,
            };
            assert!(is_told, "{name}: {text}");
        }
    }
}

#[test]
fn size_of_a_comment_is_limited() {
    let long = "x".repeat(250_000);
    let mut events = sending(&long);
    let change = |number: usize| {
        let diff = format!("-{{\"a\":{number}}}\n+{{\"a\":\"{}\"}}\n", "y".repeat(9_000));
        change_of(&format!("AddMessageContact/Name/{number}"), &diff)
    };
    let changed = (0..500).map(change).collect();
    events.insert(events.len() - 1, snapshots(changed));
    if let Some(Event::RunFinished(finish)) = events.last_mut() {
        let more: Vec<_> = (0..300).filter_map(|_| finish.left_behind.first().cloned()).collect();
        finish.left_behind.extend(more);
    }
    let comment = report_of(events.clone(), markdown::Markdown::new);
    assert!(comment.len() < 65_536, "{}", comment.len());
    assert!(comment.contains("more of the changed responses") && comment.contains("more of the leftovers"));
    assert_eq!(comment.matches("<details>").count(), comment.matches("</details>").count());
    let log = report_of(events.clone(), |out| Terminal::new(out, Style::default(), Verbosity::Quiet));
    assert!(log.lines().all(|line| line.len() < 3_000), "{}", log.lines().map(str::len).max().unwrap_or(0));
    let notes = report_of(events, |out| github::Github::new(out, Root::default()));
    assert!(notes.lines().count() <= 10 && notes.lines().all(|line| line.len() < 3_000));
}

#[test]
fn failed_cases_show_exchanges_however_many_passed_before() {
    let mut events = events();
    let end = events.pop().unwrap();
    let is = |event: &Event, fails: bool| match event {
        Event::CaseFinished(result) => result.verdict.name() == if fails { "fail" } else { "pass" },
        _ => false,
    };
    let pick = |fails: bool| events.iter().find(|event| is(event, fails)).cloned().unwrap();
    let (passed, failed) = (pick(false), pick(true));
    let copy = |of: &Event, id: String| {
        let Event::CaseFinished(result) = of else { panic!("a case") };
        let mut result = result.clone();
        (result.id, result.sends) = (id, "x".repeat(400_000));
        Event::CaseFinished(result)
    };
    let mut many = vec![events[0].clone()];
    many.extend((0..15).map(|number| copy(&passed, format!("P/{number}"))));
    many.extend((0..12).map(|number| copy(&failed, format!("F/{number}"))));
    many.extend((0..3).map(|number| copy(&passed, format!("Q/{number}"))));
    many.push(end);
    let page = report_of(many, html::Html::new);
    assert!(page.len() < 10_000_000, "{}", page.len());
    let data = page.split_once("type=\"application/json\">").unwrap().1.split_once("</script>").unwrap().0;
    let data: serde_json::Value = serde_json::from_str(data).unwrap();
    let details = data["details"].as_object().unwrap();
    assert!(
        (15..27).all(|number| details.contains_key(&number.to_string())),
        "every failure has its exchanges"
    );
    assert!(details.contains_key("0"), "what is left is for what passed");
}
