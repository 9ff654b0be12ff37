//! Rules on what can be guessed from the form: Y1, Y2, K1, K4, K5.

use std::collections::HashSet;

use super::stem;
use super::subject::{Shape, Subject};
use super::text::{Text, Word, words_of};
use crate::diagnostic::{Diagnostic, Severity};

/// Applies the rules to one block.
pub(super) fn check(subject: &Subject<'_>, out: &mut Vec<Diagnostic>) {
    if matches!(subject.shape, Shape::Recall | Shape::Typed) {
        yes_no(subject, out);
        either_or(subject, out);
        answer_in_question(subject, out);
    }
    given_away(subject, out);
    pictures(subject, out);
}

const AUXILIARIES: [&str; 30] = [
    "is", "are", "was", "were", "do", "does", "did", "has", "have", "had", "can", "could", "may", "might",
    "must", "shall", "should", "will", "would", "isn't", "aren't", "doesn't", "don't", "didn't", "can't",
    "cannot", "won't", "wouldn't", "am", "couldn't",
];

fn yes_no(subject: &Subject<'_>, out: &mut Vec<Diagnostic>) {
    let Some(answer) = &subject.answer else { return };
    let verdict =
        |word: &Word| matches!(word.text.as_str(), "yes" | "no" | "true" | "false" | "correct" | "incorrect");
    let Some(first) = answer.words.first().filter(|word| verdict(word)) else { return };
    // "No replica …" and "True time …" are no verdicts.
    let behind = &answer.plain[first.at.end..];
    let next = answer.words.get(1).map_or("", |word| word.text.as_str());
    let stands_alone = first.text == "yes"
        || behind.trim_start().starts_with([',', '.', ':', ';', '!', '(', '-', '—', '–'])
        || matches!(next, "because" | "since" | "as");
    if answer.words.len() > 1 && !stands_alone {
        return;
    }
    let question = &subject.question;
    let asking = question.asking();
    let clauses = question.plain[asking].split([',', ':', ';']).map(words_of).collect::<Vec<_>>();
    let begins = |words: &Vec<String>| words.first().is_some_and(|word| AUXILIARIES.contains(&word.as_str()));
    let auxiliary = clauses.first().is_some_and(begins) || clauses.last().is_some_and(begins);
    if !auxiliary && question.phrase(&["true", "or", "false"]).is_none() {
        return;
    }
    let short = answer.words.len() <= 3;
    let severity = if short { Severity::Error } else { Severity::Warning };
    out.push(
        Diagnostic::new("Y1", severity, answer.source_span(&first.at), "a yes/no question can be guessed")
            .related(subject.question_at(), "asked here")
            .help("ask why, which or what, so that the reason is the answer"),
    );
}

/// Returns the words of an answer that count when it is compared with a part of the question.
fn bare(words: &[String]) -> Vec<&str> {
    words.iter().map(String::as_str).filter(|word| !matches!(*word, "a" | "an" | "the")).collect()
}

fn either_or(subject: &Subject<'_>, out: &mut Vec<Diagnostic>) {
    let Some(answer) = &subject.answer else { return };
    let question = &subject.question;
    if !question.plain.ends_with('?') {
        return;
    }
    let asking = question.plain[question.asking()].to_lowercase();
    let Some((before, after)) = asking.rsplit_once(" or ") else { return };
    let answer_words = words_of(&answer.plain);
    let (answer_words, before, after) = (bare(&answer_words), words_of(before), words_of(after));
    let (before, after) = (bare(&before), bare(&after));
    if !answer_words.is_empty() && (after == answer_words || before.ends_with(&answer_words)) {
        out.push(
            Diagnostic::new(
                "Y2",
                Severity::Warning,
                answer.span,
                "one of two is guessed right half the time",
            )
            .related(subject.question_at(), "the answer stands in the question")
            .help("ask for what tells the two apart, or make it a choice of three with reasons"),
        );
    }
}

/// Tells whether a word is a name, letter or number that a situation gave to something: `S1`, `B`, `v`, `42`.
fn is_label(word: &str) -> bool {
    let one = word.chars().nth(1).is_none() && !matches!(word, "a" | "A" | "I");
    one || (word.len() <= 4 && word.contains(|c: char| c.is_ascii_digit()))
}

fn answer_in_question(subject: &Subject<'_>, out: &mut Vec<Diagnostic>) {
    let Some(answer) = subject.answer.as_ref().filter(|answer| !answer.has_code()) else { return };
    // "Node B" and "S2 and S3" choose among what the situation named; the words around the names say nothing.
    if answer.words.iter().any(|word| is_label(&answer.plain[word.at.clone()])) {
        return;
    }
    let asked: HashSet<String> = subject.question.content().into_iter().collect();
    let mut content = answer.content();
    content.sort_unstable();
    content.dedup();
    let given = content.iter().filter(|word| asked.contains(*word)).count();
    let all = given == content.len() && (1..=6).contains(&content.len());
    // 60 %: at least three of five.
    let most = content.len() >= 3 && given * 5 >= content.len() * 3;
    if all || most {
        let severity = if all { Severity::Error } else { Severity::Warning };
        let message = if all {
            "the whole answer stands in the question".to_owned()
        } else {
            format!("{given} of the answer's {} content words stand in the question", content.len())
        };
        out.push(
            Diagnostic::new("K1", severity, subject.answer_at(), message)
                .related(subject.question_at(), "the question")
                .help("ask from a situation or a purpose instead, without the answer's words"),
        );
    }
}

/// Returns the stems of all words, stop words left as they are, so that "in order" is not lost.
fn stems(words: &[String]) -> Vec<String> {
    words.iter().map(|word| stem::content(word).unwrap_or_else(|| word.clone())).collect()
}

/// Returns an answer as it may stand in a name: stems without articles.
fn needle(answer: &str) -> Vec<String> {
    let mut stems = stems(&words_of(&answer.replace('-', " ")));
    stems.retain(|word| !matches!(word.as_str(), "a" | "an" | "the"));
    stems
}

fn holds(hay: &[String], needle: &[String]) -> bool {
    !needle.is_empty() && hay.windows(needle.len()).any(|window| window == needle)
}

fn given_away(subject: &Subject<'_>, out: &mut Vec<Diagnostic>) {
    let split = |name: &str| stems(&words_of(&name.replace(['-', '_', '/'], " ")));
    let head = subject.head;
    let tags = subject.card.tags.iter().chain(&head.tags).map(|tag| ("tag", tag.as_str(), split(tag)));
    let shown: Vec<_> =
        std::iter::once(("deck's name", head.name.as_str(), split(&head.name))).chain(tags).collect();
    for key in subject.keys() {
        if key.content.is_empty() || subject.source.slice(key.span).contains(['`', '$']) {
            continue;
        }
        let answer = needle(&key.plain);
        if let Some((what, name, _)) = shown.iter().find(|(_, _, words)| holds(words, &answer)) {
            out.push(
                Diagnostic::new(
                    "K4",
                    Severity::Error,
                    key.span,
                    format!("the {what} `{name}` gives the answer away"),
                )
                .help(if *what == "tag" {
                    "rename the tag after the topic, not after the answer"
                } else {
                    "ask for something that the deck's name does not say"
                }),
            );
        }
    }
}

fn pictures(subject: &Subject<'_>, out: &mut Vec<Diagnostic>) {
    for (picture, span) in &subject.question.pictures {
        let words = stems(&words_of(&picture.replace(['-', '_', '/', '.'], " ")));
        for key in subject.keys() {
            if !key.content.is_empty() && holds(&words, &needle(&key.plain)) {
                out.push(
                    Diagnostic::new(
                        "K5",
                        Severity::Error,
                        *span,
                        "the picture's name or text gives the answer away",
                    )
                    .help("name the file after what is seen, not after what is asked"),
                );
                return;
            }
        }
    }
}

/// Returns the distinct content words of a text.
pub(super) fn content_set(text: &Text) -> HashSet<String> {
    text.content().into_iter().collect()
}
