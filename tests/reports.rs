//! Each format as it is, for a run in which everything happens, with a target that sends what could break a format.

use std::io;
use std::sync::{Arc, Mutex};

use fineprint::event::Event;
use fineprint::report::standing::Gathered;
use fineprint::report::terminal::{Talk, Terminal};
use fineprint::report::{Reporter, github, html, json, jsonl, junit, markdown, sarif, style::Style};

/// What a reporter writes, to be read when it is done.
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
    let text = include_str!("data/report/events.jsonl");
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn report<R: Reporter>(make: impl FnOnce(Written) -> R) -> String {
    let written = Written::default();
    let mut reporter = make(written.clone());
    let mut run = Gathered::default();
    for event in events() {
        run.take(&event);
        reporter.event(&event, &run).unwrap();
    }
    let bytes = written.0.lock().unwrap().clone();
    String::from_utf8(bytes).unwrap()
}

fn terminal(talk: Talk, width: Option<usize>) -> String {
    report(|out| Terminal::new(out, Style { colour: false, width }, talk))
}

#[test]
fn the_terminal_tells_each_broken_promise_once() {
    insta::assert_snapshot!("terminal", terminal(Talk::Normal, None));
    insta::assert_snapshot!("terminal-quiet", terminal(Talk::Quiet, None));
    insta::assert_snapshot!("terminal-narrow", terminal(Talk::Normal, Some(60)));
    let verbose = terminal(Talk::Verbose, None);
    assert_eq!(verbose.lines().filter(|line| line.starts_with("FAIL ")).count(), 4);
}

#[test]
fn a_narrow_terminal_is_kept_to() {
    let too_long = |line: &&str| line.chars().count() > 60 && !line.contains("curl ");
    // Ids and the last line are for copying: they stay whole.
    let text = terminal(Talk::Normal, Some(60));
    let fields = text.lines().filter(|line| line.starts_with("   "));
    assert_eq!(fields.filter(too_long).collect::<Vec<_>>(), Vec::<&str>::new());
}

#[test]
fn nothing_that_a_target_sends_steers_a_terminal() {
    for talk in [Talk::Quiet, Talk::Normal, Talk::Verbose] {
        let text = terminal(talk, None);
        let steers =
            |character: char| (character.is_control() && character != '\n') || character == '\u{202e}';
        assert!(!text.contains(steers), "{text}");
    }
}

#[test]
fn machines_get_what_they_read() {
    insta::assert_snapshot!("junit", report(junit::Junit::new));
    insta::assert_snapshot!("sarif", report(sarif::Sarif::new));
    insta::assert_snapshot!("github", report(github::Github::new));
    insta::assert_snapshot!("markdown", report(markdown::Markdown::new));
}

#[test]
fn the_json_report_is_the_run_and_the_stream_is_itself() {
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
fn the_page_is_marked_and_nothing_that_a_target_sends_gets_out_of_its_place() {
    let page = report(html::Html::new);
    let (body, data) = page.split_once("<body>").unwrap().1.split_once("<script id=\"data\"").unwrap();
    insta::assert_snapshot!("html", body.replace("><", ">\n<"));
    assert!(!body.contains("<img"), "no markup from outside");
    let data = data.split_once('>').unwrap().1.split_once("</script>").unwrap().0;
    let data: serde_json::Value = serde_json::from_str(data).unwrap();
    assert!(data.to_string().contains("onerror=alert(1)"), "it is there, as data");
    assert_eq!(page.matches("</script>").count(), 2, "the page's own two");
}

#[test]
fn no_command_and_no_mention_gets_into_a_log_or_a_comment() {
    let log = report(github::Github::new);
    assert!(log.lines().all(|line| line.starts_with("::error file=")), "{log}");
    let comment = report(markdown::Markdown::new);
    let outside = comment.lines().filter(|line| !line.starts_with(['+', '-', ' ']));
    let spans = |line: &str| line.split("```` ").step_by(2).collect::<String>();
    let text: String = outside.map(spans).collect();
    assert!(!text.replace("\\<", "").contains("<img"), "{text}");
    assert!(!comment.contains('\u{1b}') && !comment.contains('\u{202e}'), "{comment}");
}
