//! Rules of size: L1 to L6, and the enumerations E1 to E3. What is too large is forgotten in pieces.

use super::subject::{Shape, Subject};
use crate::diagnostic::{Diagnostic, Severity};

/// Applies the rules to one block.
pub(super) fn check(subject: &Subject<'_>, out: &mut Vec<Diagnostic>) {
    question(subject, out);
    match subject.shape {
        Shape::Recall | Shape::Term => {
            answer(subject, out);
            list(subject, out);
            counted(subject, out);
        }
        Shape::Cloze => cloze(subject, out),
        Shape::Typed => typed(subject, out),
        _ => {}
    }
    open_list(subject, out);
}

/// Returns the severity of a count against its two thresholds.
pub(super) fn weigh(count: usize, warn: usize, error: usize) -> Option<Severity> {
    match count {
        _ if count > error => Some(Severity::Error),
        _ if count > warn => Some(Severity::Warning),
        _ => None,
    }
}

fn question(subject: &Subject<'_>, out: &mut Vec<Diagnostic>) {
    if !subject.asks() {
        return;
    }
    let words = subject.question.words.len();
    let (warn, error) = if subject.is_applied() { (80, 120) } else { (40, 80) };
    if let Some(severity) = weigh(words, warn, error) {
        out.push(
            Diagnostic::new("L1", severity, subject.question_at(), format!("the question has {words} words"))
                .label(format!("at most {warn}"))
                .help(if subject.is_applied() {
                    "leave out what the answer does not need"
                } else {
                    "leave out what the answer does not need, or tag a scenario as `applied` (80 words)"
                }),
        );
    }
}

fn answer(subject: &Subject<'_>, out: &mut Vec<Diagnostic>) {
    let Some(answer) = &subject.answer else { return };
    let words = answer.words.len();
    let asked = subject.question.words.len();
    let (warn, error) = if subject.question.asks_why() { (35, 60) } else { (25, 45) };
    if let Some(severity) = weigh(words, warn, error) {
        out.push(
            Diagnostic::new("L2", severity, subject.answer_at(), format!("the answer has {words} words"))
                .label(format!("at most {warn}"))
                .help("keep the one thing to recall, move the rest to `Why:`, or split the card"),
        );
    } else if words > 25 && words > 3 * asked && subject.shape == Shape::Recall {
        // A longer answer is L2's; one fault, one finding.
        let message = format!("an answer of {words} words to a question of {asked}");
        out.push(
            Diagnostic::new("L6", Severity::Warning, subject.answer_at(), message)
                .help("ask more precisely, or answer only what is asked"),
        );
    }
    let sentences = answer.sentences.len();
    if let Some(severity) = weigh(sentences, 2, 4) {
        let third = answer.source_span(&answer.sentences[2]);
        out.push(
            Diagnostic::new("L3", severity, third, format!("the answer has {sentences} sentences"))
                .label("the third")
                .help("answer in one or two sentences, and move the rest to `Why:`"),
        );
    }
}

fn cloze(subject: &Subject<'_>, out: &mut Vec<Diagnostic>) {
    for hidden in &subject.hidden {
        let words = subject.question.words_in(&hidden.range).len();
        if let Some(severity) = weigh(words, 6, 10) {
            out.push(
                Diagnostic::new("L4", severity, hidden.span, format!("{words} words are hidden"))
                    .label("at most 6")
                    .help("hide only the point of the sentence"),
            );
        }
    }
    let words = subject.question.words.len();
    if let Some(severity) = weigh(words, 35, 60) {
        out.push(
            Diagnostic::new("L4", severity, subject.question_at(), format!("the sentence has {words} words"))
                .label("at most 35")
                .help("shorten the sentence to what leads to the hidden part"),
        );
    }
}

fn typed(subject: &Subject<'_>, out: &mut Vec<Diagnostic>) {
    let crate::card::CardKind::Typed { accepted, .. } = &subject.card.kind else { return };
    for (text, &span) in accepted.iter().zip(&subject.block.parts) {
        let (words, characters) = (super::text::words_of(text).len(), text.chars().count());
        if words > 5 || characters > 40 {
            out.push(
                Diagnostic::new(
                    "L5",
                    Severity::Error,
                    span,
                    format!("{words} words of {characters} characters to type"),
                )
                .label("at most 5 words and 40 characters")
                .help("ask for a shorter name, or write `A:` and let the learner grade it"),
            );
        }
    }
    if let (1, Some(answer)) = (accepted.len(), &subject.answer)
        && answer.words.len() > 1
    {
        out.push(
            Diagnostic::new(
                "L5",
                Severity::Error,
                subject.answer_at(),
                "several words to type, and one accepted spelling",
            )
            .help("add what else is right, as `Type: two-phase commit | two phase commit | 2PC`"),
        );
    }
}

/// Words that ask for an enumeration.
const ASKS_FOR_LIST: [&[&str]; 5] = [&["list"], &["name"], &["give"], &["what", "are"], &["which"]];

const COUNTS: [&str; 9] = ["two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"];

fn list(subject: &Subject<'_>, out: &mut Vec<Diagnostic>) {
    let Some(answer) = &subject.answer else { return };
    let items = answer.items();
    let asked = ASKS_FOR_LIST.iter().any(|phrase| subject.question.phrase(phrase).is_some());
    let severity = match items {
        5.. => Severity::Error,
        3 | 4 if asked => Severity::Warning,
        _ => return,
    };
    out.push(
        Diagnostic::new("E1", severity, subject.answer_at(), format!("an answer of {items} items"))
            .help("ask for one of them, by what it is for, a card each; or make it a choice or an `Order:`"),
    );
}

fn counted(subject: &Subject<'_>, out: &mut Vec<Diagnostic>) {
    let words = &subject.question.words;
    for phrase in &ASKS_FOR_LIST[..4] {
        let found = words
            .windows(phrase.len())
            .position(|window| window.iter().zip(*phrase).all(|(word, wanted)| word.text == *wanted));
        let Some(mut at) = found.map(|at| at + phrase.len()) else { continue };
        if words.get(at).is_some_and(|word| matches!(word.text.as_str(), "the" | "all" | "its" | "their")) {
            at += 1;
        }
        if words.get(at).is_some_and(|word| word.text == "the") {
            at += 1;
        }
        let Some(number) = words.get(at) else { continue };
        let count = COUNTS.iter().position(|count| *count == number.text).map(|index| index + 2);
        let count = count.or_else(|| number.text.parse().ok()).unwrap_or(0);
        // The noun follows within a few words: "the eight fallacies", "four classic conditions".
        let plural =
            words[at + 1..].iter().take(3).any(|word| word.text.ends_with('s') && !word.text.ends_with("ss"));
        if count >= 4 && plural {
            out.push(
                Diagnostic::new(
                    "E2",
                    Severity::Error,
                    subject.question.source_span(&number.at),
                    format!("{count} things are asked for at once"),
                )
                .help("write one card for each, from what follows if it is missing"),
            );
            return;
        }
    }
}

fn open_list(subject: &Subject<'_>, out: &mut Vec<Diagnostic>) {
    let texts = subject.answer.iter().chain(subject.options.iter().map(|each| &each.text));
    for text in texts {
        let found = text.phrase(&["etc"]).or_else(|| text.phrase(&["and", "so", "on"])).or_else(|| {
            ["...", "…"].into_iter().find_map(|dots| {
                let at = text.plain.find(dots)?;
                let range = at..at + dots.len();
                // `x1, …, xn` leaves nothing open.
                let closed = text.plain[range.end..]
                    .trim_start_matches([',', ' ', ')', '\'', '"', '.'])
                    .starts_with(|c: char| c.is_alphanumeric());
                (!closed && !text.is_code(&range)).then_some(range)
            })
        });
        if let Some(range) = found {
            out.push(
                Diagnostic::new(
                    "E3",
                    Severity::Error,
                    text.source_span(&range),
                    "the answer is an open list",
                )
                .help("say all of it, or ask for one part"),
            );
        }
    }
}
