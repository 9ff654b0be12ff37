//! Content words: a stop list and a light stemmer, so that "servers" meets "server".
//! Not for finding words in a text (`text.rs`).

use std::borrow::Cow;
use std::sync::LazyLock;

/// Words that carry no content by themselves. Words that often are the point ("before", "after", "all", "only",
/// "more") are not among them.
const STOP: &[&str] = &[
    // Articles and pronouns.
    "a",
    "an",
    "the",
    "i",
    "you",
    "he",
    "she",
    "it",
    "we",
    "they",
    "me",
    "him",
    "her",
    "us",
    "them",
    "my",
    "your",
    "his",
    "its",
    "our",
    "their",
    "this",
    "that",
    "these",
    "those",
    "itself",
    "themselves",
    "there",
    "here",
    "one's",
    // Auxiliaries.
    "is",
    "are",
    "was",
    "were",
    "be",
    "been",
    "being",
    "am",
    "do",
    "does",
    "did",
    "done",
    "doing",
    "has",
    "have",
    "had",
    "having",
    "can",
    "could",
    "may",
    "might",
    "must",
    "shall",
    "should",
    "will",
    "would",
    "cannot",
    "can't",
    "isn't",
    "aren't",
    "doesn't",
    "don't",
    "didn't",
    "won't",
    "let",
    // Prepositions.
    "of",
    "in",
    "on",
    "at",
    "to",
    "from",
    "by",
    "for",
    "with",
    "as",
    "into",
    "onto",
    "about",
    "against",
    "during",
    "through",
    "via",
    "per",
    "upon",
    "within",
    "among",
    "across",
    "than",
    "off",
    "out",
    "up",
    "toward",
    "towards",
    "between",
    // Conjunctions.
    "and",
    "or",
    "but",
    "nor",
    "so",
    "if",
    "then",
    "because",
    "while",
    "although",
    "though",
    "unless",
    "until",
    "since",
    "whether",
    "not",
    "no",
    "yet",
    "also",
    "too",
    "very",
    "just",
    "such",
    "any",
    "some",
    // Question words.
    "what",
    "when",
    "where",
    "which",
    "who",
    "whom",
    "whose",
    "why",
    "how",
];

/// The stop list, sorted.
static SORTED: LazyLock<Vec<&str>> = LazyLock::new(|| {
    let mut words = STOP.to_vec();
    words.sort_unstable();
    words
});

/// Tells whether a lower-case word carries no content by itself.
pub(super) fn is_stop(word: &str) -> bool {
    // The longest has ten letters.
    word.len() <= 10 && SORTED.binary_search(&word).is_ok()
}

/// Where the stem of a word ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stem {
    length: usize,
    /// Whether a `y` belongs behind it: "entries".
    y: bool,
}

impl Stem {
    /// Returns the stem of the word in which it was found.
    pub(super) fn of(self, word: &str) -> Cow<'_, str> {
        let stem = word.get(..self.length).unwrap_or(word);
        if self.y { Cow::Owned(format!("{stem}y")) } else { Cow::Borrowed(stem) }
    }
}

/// Finds the stem of a lower-case word; none for a stop word or a single character.
pub(super) fn find(word: &str) -> Option<Stem> {
    let word = word.strip_suffix("'s").or_else(|| word.strip_suffix("s'")).unwrap_or(word);
    if word.chars().nth(1).is_none() || is_stop(word) {
        return None;
    }
    Some(stem(word))
}

/// Returns the stem of a lower-case content word.
pub(super) fn content(word: &str) -> Option<String> {
    find(word).map(|stem| stem.of(word).into_owned())
}

/// Takes off a plural and one more ending, as long as four letters stay.
fn stem(word: &str) -> Stem {
    let cut = |word: &str, ending: &str| {
        word.strip_suffix(ending).filter(|rest| rest.chars().count() >= 4).map(str::len)
    };
    if let Some(rest) = word.strip_suffix("ies").filter(|rest| rest.len() >= 3) {
        return Stem { length: rest.len(), y: true };
    }
    let kept = ["ss", "us", "is"].iter().any(|ending| word.ends_with(ending));
    let sibilant = ["sses", "xes", "zes", "ches", "shes"].iter().any(|ending| word.ends_with(ending));
    let plural = if kept { None } else { cut(word, if sibilant { "es" } else { "s" }) };
    let singular = &word[..plural.unwrap_or(word.len())];
    let length = ["ing", "ed", "ly", "er"].iter().find_map(|ending| cut(singular, ending));
    Stem { length: length.unwrap_or(singular.len()), y: false }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inflections_meet() {
        for (one, other) in [
            ("servers", "server"),
            ("crashes", "crashing"),
            ("entries", "entry"),
            ("replicated", "replicating"),
            ("leader's", "leaders"),
            ("processes", "process"),
            ("pages", "page"),
        ] {
            assert_eq!(content(one), content(other), "{one}");
        }
        assert_ne!(content("writing"), content("write"), "the stemmer is light");
    }

    #[test]
    fn stop_words_and_letters_are_no_content() {
        for word in ["the", "why", "x", "not"] {
            assert_eq!(content(word), None, "{word}");
        }
        for word in ["before", "only", "n/2", "多数"] {
            assert!(content(word).is_some(), "{word}");
        }
    }
}
