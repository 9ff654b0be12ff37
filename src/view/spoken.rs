//! A card told in lines of plain text: for `--plain`, screen readers and pipes. The same [`CardView`] as the screen.
//! Not for asking or reading anything (`term/plain.rs`).

use std::fmt::Write as _;

use super::markdown::{speak, speak_cloze};
use super::review::{CardView, Note, Part};
use super::words;
use crate::review::Verdict;

/// Tells where the card belongs and what it asks, options and items included, and the hint once it is shown.
#[must_use]
pub fn question(view: &CardView) -> String {
    let mut text = String::new();
    let place = [&view.mode, &view.deck, &view.level, &view.stage];
    let place: Vec<&str> = place.into_iter().map(String::as_str).filter(|part| !part.is_empty()).collect();
    let _ =
        writeln!(text, "{}, card {} of {}", place.join(", "), (view.done + 1).min(view.total), view.total);
    if !view.prompt.is_empty() {
        let _ = writeln!(text, "{}", speak(&view.prompt));
    }
    match &view.part {
        Part::Cloze { text: sentence, hidden } | Part::Typed { gap: Some((sentence, hidden)), .. } => {
            let _ = writeln!(text, "{}", speak_cloze(sentence, *hidden, false));
        }
        Part::Choice { options, several, .. } => {
            text.push_str(if *several { "choose all that are right\n" } else { "choose one\n" });
            for option in options {
                let _ = writeln!(text, "{}: {}", option.label, speak(&option.text));
            }
        }
        Part::Order { items, .. } => {
            text.push_str("put in order\n");
            for (index, item) in items.iter().enumerate() {
                let _ = writeln!(text, "{}: {}", index + 1, speak(&item.text));
            }
        }
        Part::Recall { .. } | Part::Typed { .. } => {}
    }
    if let Note::Shown(hint) = &view.hint {
        let _ = writeln!(text, "hint: {}", speak(hint));
    }
    finished(text)
}

/// Tells the verdict, the answer, and the why and the source where they are shown.
#[must_use]
pub fn answer(view: &CardView) -> String {
    let mut text = String::new();
    if let Some(verdict) = view.verdict {
        let said = match verdict {
            Verdict::Right => "right".to_owned(),
            Verdict::Wrong => "wrong".to_owned(),
            Verdict::Partly(_) => words::verdict(verdict).trim_start_matches(['◐', ' ']).to_owned(),
        };
        let mistake = view.mistake.as_ref().map(|mistake| format!(": {mistake}")).unwrap_or_default();
        let _ = writeln!(text, "{said}{mistake}");
    }
    match &view.part {
        Part::Recall { answer } => {
            let _ = writeln!(text, "answer: {}", speak(answer));
        }
        Part::Cloze { text: sentence, hidden } => {
            let _ = writeln!(text, "answer: {}", speak_cloze(sentence, *hidden, true));
        }
        Part::Choice { options, .. } => {
            for option in options.iter().filter(|option| option.right || option.chosen) {
                let judged = match (option.right, option.chosen) {
                    (true, true) => "right, chosen",
                    (true, false) => "right, not chosen",
                    (false, _) => "wrong, chosen",
                };
                let _ = writeln!(text, "{}: {} ({judged})", option.label, speak(&option.text));
                if let Some(reason) = &option.reason {
                    let _ = writeln!(text, "  {}", speak(reason));
                }
            }
        }
        Part::Order { items, .. } => {
            let mut sorted: Vec<_> = items.iter().enumerate().collect();
            sorted.sort_by_key(|(_, item)| item.right_place);
            text.push_str("right order\n");
            for (index, item) in sorted {
                let yours = index + 1;
                let told = if yours == item.right_place {
                    String::new()
                } else {
                    format!(" (you had it at {yours})")
                };
                let _ = writeln!(text, "{}: {}{told}", item.right_place, speak(&item.text));
            }
        }
        Part::Typed { text: given, right, .. } => {
            let given = given.trim();
            let _ = writeln!(text, "yours: {}", if given.is_empty() { "nothing" } else { given });
            let _ = writeln!(text, "right: {right}");
        }
    }
    if let Note::Shown(why) = &view.why {
        let _ = writeln!(text, "why: {}", speak(why));
    }
    if let Some(source) = view.source.as_ref().filter(|_| view.why != Note::Hidden) {
        let _ = writeln!(text, "source: {source}");
    }
    if let Some(note) = &view.flag {
        let _ = writeln!(text, "flagged{}{note}", if note.is_empty() { "" } else { ": " });
    }
    finished(text)
}

/// Tells the grades on one line: `1 again 10m, 2 hard 15m, 3 good 1d (proposed), 4 easy 4d`.
#[must_use]
pub fn grades(view: &CardView) -> String {
    let told = view.buttons.iter().map(|button| {
        let interval =
            if button.interval.is_empty() { String::new() } else { format!(" {}", button.interval) };
        let proposed = if button.proposed { " (proposed)" } else { "" };
        format!("{} {}{interval}{proposed}", button.key, button.label.to_lowercase())
    });
    told.collect::<Vec<_>>().join(", ")
}

fn finished(mut text: String) -> String {
    text.truncate(text.trim_end().len());
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Span;
    use crate::view::review::{Button, OptionView, OrderItem};

    fn view(part: Part) -> CardView {
        CardView {
            deck: "Raft".into(),
            stage: "new".into(),
            total: 9,
            prompt: "Which *one* holds `N`?".into(),
            part,
            ..CardView::default()
        }
    }

    #[test]
    fn a_free_recall_is_told_in_turn() {
        let mut view = view(Part::Recall { answer: "- a **majority**\n- of $N$".into() });
        view.hint = Note::Shown("more than half".into());
        assert_eq!(question(&view), "Raft, new, card 1 of 9\nWhich one holds N?\nhint: more than half");
        view.why = Note::Hidden;
        view.source = Some("§5".into());
        assert_eq!(answer(&view), "answer: - a majority\n- of N", "the source waits for the why");
        view.why = Note::Shown("two majorities meet".into());
        assert_eq!(answer(&view), "answer: - a majority\n- of N\nwhy: two majorities meet\nsource: §5");
    }

    #[test]
    fn options_are_told_with_their_keys_and_judged() {
        let option = |label: &str, text: &str, chosen, right| OptionView {
            label: label.into(),
            text: text.into(),
            chosen,
            right,
            reason: chosen.then(|| "it is *not*".into()),
        };
        let options = vec![option("1", "the `term`", false, true), option("2", "the index", true, false)];
        let mut view = view(Part::Choice { options, several: false, cursor: 0 });
        assert_eq!(
            question(&view),
            "Raft, new, card 1 of 9\nWhich one holds N?\nchoose one\n1: the term\n2: the index"
        );
        view.verdict = Some(Verdict::Wrong);
        view.mistake = Some("you took the index".into());
        assert_eq!(
            answer(&view),
            "wrong: you took the index\n1: the term (right, not chosen)\n2: the index (wrong, chosen)\n  it is not"
        );
    }

    #[test]
    fn orders_lines_and_gaps() {
        let item = |text: &str, right_place| OrderItem { text: text.into(), right_place };
        let order = Part::Order { items: vec![item("vote", 2), item("prepare", 1)], cursor: 0, held: false };
        assert_eq!(
            answer(&view(order)),
            "right order\n1: prepare (you had it at 2)\n2: vote (you had it at 1)"
        );
        let typed =
            Part::Typed { text: " ".into(), cursor: 0, right: "5 ± 1".into(), compare: false, gap: None };
        assert_eq!(answer(&view(typed)), "yours: nothing\nright: 5 ± 1");
        let mut cloze = view(Part::Cloze { text: "votes from a majority".into(), hidden: Span::new(11, 21) });
        cloze.prompt.clear();
        assert_eq!(question(&cloze), "Raft, new, card 1 of 9\nvotes from blank");
        assert_eq!(answer(&cloze), "answer: votes from a majority");
    }

    #[test]
    fn grades_are_told_on_one_line() {
        let button = |key: &str, label: &str, interval: &str, proposed| Button {
            key: key.into(),
            label: label.into(),
            interval: interval.into(),
            proposed,
        };
        let view = CardView {
            buttons: vec![
                button("1", "Again", "10m", false),
                button("3", "Good", "1d", true),
                button("4", "Easy", "", false),
            ],
            ..CardView::default()
        };
        assert_eq!(grades(&view), "1 again 10m, 3 good 1d (proposed), 4 easy");
    }
}
