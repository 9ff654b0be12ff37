//! Rules on questions that have no one answer: A1 to A6 (A7 is in `choice.rs`).

use std::collections::HashSet;
use std::ops::Range;

use super::subject::{Shape, Subject};
use super::text::Text;
use crate::diagnostic::{Diagnostic, Severity};

/// Applies the rules to one block, but for A6.
pub(super) fn check(subject: &Subject<'_>, out: &mut Vec<Diagnostic>) {
    if subject.asks() {
        context(subject, out);
        demand(subject, out);
        two_questions(subject, out);
    }
    if subject.asks() || subject.shape == Shape::Cloze {
        dangling(subject, out);
    }
    vague_key(subject, out);
}

const WH: [&str; 9] = ["what", "when", "where", "which", "who", "whom", "whose", "why", "how"];

fn dangling(subject: &Subject<'_>, out: &mut Vec<Diagnostic>) {
    let text = &subject.question;
    if let Some((range, what)) = reference(text) {
        out.push(
            Diagnostic::new(
                "A1",
                Severity::Error,
                text.source_span(&range),
                format!("{what} points outside of the card"),
            )
            .help("name what is meant: the card is shown months later, among others"),
        );
    }
}

fn reference(text: &Text) -> Option<(Range<usize>, String)> {
    let first = text.words.first()?;
    let said = |range: Range<usize>| {
        let what = format!("`{}`", &text.plain[range.clone()]);
        (range, what)
    };
    let starts = ["it", "this", "that", "these", "those", "they", "he", "she", "here", "there"]
        .contains(&first.text.as_str());
    if starts && !text.is_code(&first.at) {
        return Some(said(first.at.clone()));
    }
    const PHRASES: [&[&str]; 6] = [
        &["as", "above"],
        &["the", "above"],
        &["see", "below"],
        &["previous", "card"],
        &["the", "former"],
        &["the", "latter"],
    ];
    if let Some(range) = PHRASES.iter().find_map(|phrase| text.phrase(phrase)) {
        return Some(said(range));
    }
    for noun in ["paper", "section", "chapter", "figure", "lecture", "author"] {
        if let Some(range) = text.phrase(&["this", noun]).or_else(|| text.phrase(&["the", noun])) {
            return Some(said(range));
        }
    }
    // "While it waits, a replica …" names what it means within the sentence.
    if ["while", "when", "until", "before", "after", "if", "although", "because", "since", "once", "as"]
        .contains(&first.text.as_str())
    {
        return None;
    }
    let mut before = "";
    for (index, word) in text.words.iter().enumerate() {
        if word.content().is_some() {
            return None;
        }
        let expletive = match word.text.as_str() {
            // "Why is it unsafe to …", "Why does it help that …".
            "it" => text.words[index..]
                .iter()
                .take(10)
                .any(|later| matches!(later.text.as_str(), "to" | "that" | "if" | "when" | "worth")),
            // "Why are there two phases …".
            "there" => matches!(before, "is" | "are" | "was" | "were" | "must" | "can" | "be"),
            "they" => false,
            _ => true,
        };
        if !expletive {
            return Some(said(word.at.clone()));
        }
        before = &word.text;
    }
    None
}

fn context(subject: &Subject<'_>, out: &mut Vec<Diagnostic>) {
    let content = subject.question.content().len();
    let severity = match content {
        0 => Severity::Error,
        // A stem that is too short is M11's.
        1 | 2 if !matches!(subject.shape, Shape::Choice { .. }) => Severity::Warning,
        _ => return,
    };
    let message = match content {
        0 => "the question says nothing by itself".to_owned(),
        1 => "the question has one content word".to_owned(),
        _ => format!("the question has {content} content words"),
    };
    out.push(
        Diagnostic::new("A2", severity, subject.question_at(), message)
            .label("at least 3")
            .help("name the system, the model or the situation, as \"in Raft\" or \"after a crash\""),
    );
}

/// Words with which a demand begins that is as good as a question.
const IMPERATIVES: [&str; 24] = [
    "name",
    "give",
    "compute",
    "state",
    "order",
    "put",
    "calculate",
    "find",
    "complete",
    "arrange",
    "sort",
    "rank",
    "type",
    "write",
    "select",
    "choose",
    "pick",
    "count",
    "list",
    "match",
    "define",
    "translate",
    "simplify",
    "assume",
];

fn demand(subject: &Subject<'_>, out: &mut Vec<Diagnostic>) {
    let text = &subject.question;
    let vague = [
        &["comment", "on"][..],
        &["what", "about"],
        &["what", "can", "you", "say"],
        &["can", "you", "explain"],
    ];
    let vague = vague.iter().find_map(|phrase| text.phrase(phrase)).or_else(|| {
        // As a demand only: "how can a client tell whether" asks for something definite.
        text.sentences.iter().find_map(|sentence| {
            let first = text.words_in(sentence).first()?;
            ["tell", "describe", "discuss", "explain"]
                .contains(&first.text.as_str())
                .then(|| first.at.clone())
        })
    });
    if let Some(range) = vague {
        out.push(
            Diagnostic::new(
                "A3",
                Severity::Warning,
                text.source_span(&range),
                format!("`{}` asks for no one answer", &text.plain[range.clone()]),
            )
            .help("ask which, what or why, so that there is one right answer"),
        );
        return;
    }
    let asks = text.plain.contains('?') || matches!(subject.shape, Shape::Order | Shape::Choice { .. });
    let commands = text.sentences.iter().any(|sentence| {
        text.words_in(sentence).first().is_some_and(|word| IMPERATIVES.contains(&word.text.as_str()))
    });
    if !asks && !commands {
        out.push(
            Diagnostic::new("A3", Severity::Warning, subject.question_at(), "nothing is asked")
                .help("end in a question mark, or begin with what to do: name, give, compute"),
        );
    }
}

fn two_questions(subject: &Subject<'_>, out: &mut Vec<Diagnostic>) {
    let text = &subject.question;
    let marks: Vec<usize> =
        text.plain.match_indices('?').map(|(at, _)| at).filter(|&at| !text.is_code(&(at..at + 1))).collect();
    let second = marks.get(1).map(|&at| at..at + 1).or_else(|| {
        let first = text.words.iter().position(|word| WH.contains(&word.text.as_str()))?;
        text.words[first + 1..].windows(2).find_map(|two| {
            let joined = matches!(two[0].text.as_str(), "and" | "or") && WH.contains(&two[1].text.as_str());
            joined.then(|| two[0].at.start..two[1].at.end)
        })
    });
    if let Some(range) = second {
        out.push(
            Diagnostic::new("A5", Severity::Warning, text.source_span(&range), "two questions in one card")
                .help("ask one of them here, and write a card for the other"),
        );
    }
}

/// Words that are vague wherever they stand.
const VAGUE: [&str; 8] = ["some", "many", "various", "several", "often", "usually", "sometimes", "typically"];
/// Words that a noun behind them makes definite: "low cardinality", "fast path".
const VAGUE_ALONE: [&str; 6] = ["good", "better", "fast", "slow", "high", "low"];

fn vague_key(subject: &Subject<'_>, out: &mut Vec<Diagnostic>) {
    if matches!(subject.shape, Shape::Choice { .. } | Shape::Number) {
        return;
    }
    for key in subject.keys().iter().filter(|key| key.words.len() <= 6) {
        let vague = key.words.iter().enumerate().find(|(index, word)| {
            let definite = index.checked_sub(1).is_some_and(|before| key.words[before].ends_with("finitely"));
            let followed = key.words.get(index + 1).is_some_and(|next| super::stem::content(next).is_some());
            let word = word.as_str();
            (VAGUE.contains(&word) && !definite) || (VAGUE_ALONE.contains(&word) && !followed)
        });
        if let Some((_, word)) = vague {
            out.push(
                Diagnostic::new("A4", Severity::Warning, key.span, format!("`{word}` fits too many answers"))
                    .help("say how many, how often or compared with what"),
            );
        }
    }
}

/// Applies A6 to a deck: capitals that no card has spelt out yet.
pub(super) fn acronyms(subjects: &[Subject<'_>], glossary: &HashSet<&str>, out: &mut Vec<Diagnostic>) {
    let mut known: HashSet<String> = HashSet::new();
    // What the deck is about, and what it rests on, needs no introduction: "Primary-backup replication (VMware FT)".
    if let Some(subject) = subjects.first() {
        let head = [Some(&subject.head.name), subject.head.source.as_ref()].into_iter().flatten();
        let words = head.flat_map(|text| text.split(|c: char| !c.is_alphanumeric()));
        known.extend(words.filter(|word| is_acronym(word)).map(str::to_owned));
    }
    for subject in subjects {
        let whole = subject.source.slice(subject.block.span);
        if !whole.as_bytes().windows(2).any(|two| two[0].is_ascii_uppercase() && two[1].is_ascii_uppercase())
        {
            continue;
        }
        let why = Text::new(&subject.source.text, subject.block.span, &[]);
        // Spelt out anywhere in the block, `Why:` included, counts.
        for word in &why.words {
            let raw = &why.plain[word.at.clone()];
            if is_acronym(raw) && (in_parentheses(&why.plain, &word.at) || spelt_out(&why, raw)) {
                known.insert(raw.to_owned());
            }
        }
        let texts = std::iter::once(&subject.question)
            .chain(&subject.answer)
            .chain(subject.options.iter().map(|each| &each.text));
        for text in texts {
            for word in &text.words {
                let raw = text.plain[word.at.clone()].trim_end_matches("'s");
                // `O_DIRECT` is an identifier.
                let part =
                    text.plain[..word.at.start].ends_with('_') || text.plain[word.at.end..].starts_with('_');
                if !is_acronym(raw)
                    || part
                    || text.is_code(&word.at)
                    || glossary.contains(raw)
                    || !known.insert(raw.to_owned())
                {
                    continue;
                }
                out.push(
                    Diagnostic::new(
                        "A6",
                        Severity::Info,
                        text.source_span(&word.at),
                        format!("`{raw}` is spelt out nowhere before"),
                    )
                    .help(format!("write it out once, as \"… ({raw})\"")),
                );
            }
        }
    }
}

/// Tells whether a word is two to six capitals and nothing else, and no Roman number.
fn is_acronym(word: &str) -> bool {
    (2..=6).contains(&word.len())
        && word.bytes().all(|byte| byte.is_ascii_uppercase())
        && word != "CODE"
        && !word.bytes().all(|byte| matches!(byte, b'I' | b'V' | b'X'))
}

/// Tells whether `(ABC)` or `ABC (` stands here.
fn in_parentheses(plain: &str, at: &Range<usize>) -> bool {
    plain[..at.start].ends_with('(') || plain[at.end..].starts_with(" (")
}

/// Tells whether the text has consecutive words with these initials.
fn spelt_out(text: &Text, acronym: &str) -> bool {
    let initials: Vec<char> = text
        .words
        .iter()
        .flat_map(|word| word.text.split('-').filter_map(|part| part.chars().next()).collect::<Vec<_>>())
        .collect();
    let wanted: Vec<char> = acronym.to_lowercase().chars().collect();
    initials.windows(wanted.len()).any(|window| window == wanted)
}
