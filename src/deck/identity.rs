//! Which card is which after decks were edited: the same card with another text, moved, split, gone, or new.
//! Pure. Not for keeping what it finds (`store/`).
//!
//! A card that is known by its key is itself, wherever it stands. Among the rest, a card that vanished and one that
//! appeared are taken for one when their questions are alike in the same deck, or when the answer is the same. Each
//! card is matched at most once, best matches first, so no history is ever given to two cards.

use std::collections::{BTreeSet, HashMap, HashSet};

/// A card that vanished, or one that appeared, as far as matching needs it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// The deck's path.
    pub deck: String,
    /// Its place in the deck, from 0.
    pub place: usize,
    /// One line that stands for it.
    pub title: String,
    /// Hash of its answer.
    pub answer_hash: i64,
    /// Whether its reviews would be lost if it were not found.
    pub seen: bool,
}

/// A vanished card found again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Match {
    /// Index among the vanished.
    pub old: usize,
    /// Index among the appeared.
    pub new: usize,
    /// How.
    pub how: How,
}

/// How a card was found again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// Its text was edited in place.
    Edited,
    /// It stands in another deck, its text edited.
    Moved,
    /// Its text was divided; the part most like it keeps the history.
    Split,
}

impl How {
    /// Returns the word for the list of changes.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Edited => "edited",
            Self::Moved => "moved",
            Self::Split => "split",
        }
    }
}

/// Questions at least this alike (shared words over all words) in one deck are the same card edited.
const ALIKE: f64 = 0.5;
/// With the same answer, this much is enough in one deck.
const ALIKE_WITH_ANSWER: f64 = 0.2;
/// The very same question is the same card even in another deck and with another answer, if it has this many words.
const TELLING: usize = 5;
/// A part of a divided card carries on at least this many words that the other part does not.
const DIVIDED: usize = 2;
/// Words in more titles than this say nothing about which card is meant.
const COMMON: usize = 64;

/// Matches vanished cards with those that appeared.
#[must_use]
pub fn matches(old: &[Candidate], new: &[Candidate]) -> Vec<Match> {
    let old_words: Vec<HashSet<String>> = old.iter().map(|card| words(&card.title)).collect();
    let new_words: Vec<HashSet<String>> = new.iter().map(|card| words(&card.title)).collect();
    let mut pairs = BTreeSet::new();
    let mut shared_with: HashMap<usize, Vec<usize>> = HashMap::new();
    for (o, n) in candidates(old, new, &old_words, &new_words) {
        shared_with.entry(o).or_default().push(n);
        let same_title = old[o].title == new[n].title;
        let likeness = if same_title { 1.0 } else { likeness(&old_words[o], &new_words[n]) };
        let same_deck = old[o].deck == new[n].deck;
        let same_answer = old[o].answer_hash == new[n].answer_hash;
        let fits = if same_deck {
            likeness >= ALIKE || (same_answer && likeness >= ALIKE_WITH_ANSWER)
        } else {
            (same_answer && likeness >= ALIKE_WITH_ANSWER) || (same_title && old_words[o].len() >= TELLING)
        };
        if fits {
            // The better first; a card with reviews before one without; a neighbour before one from afar.
            let score = likeness + if same_answer { 0.5 } else { 0.0 } + if same_deck { 0.25 } else { 0.0 };
            let rank = (score * 1e6) as i64;
            let apart = old[o].place.abs_diff(new[n].place);
            pairs.insert((-rank, !old[o].seen, apart, o, n));
        }
    }
    let mut old_taken = vec![false; old.len()];
    let mut new_taken = vec![false; new.len()];
    let mut found: Vec<Match> = Vec::new();
    for &(_, _, _, o, n) in &pairs {
        if old_taken[o] || new_taken[n] {
            continue;
        }
        old_taken[o] = true;
        new_taken[n] = true;
        let how = if old[o].deck == new[n].deck { How::Edited } else { How::Moved };
        found.push(Match { old: o, new: n, how });
    }
    // A second new card that carries on what the first does not, and is taken for no other, says that the old one was
    // divided.
    for found in &mut found {
        let (all, kept) = (&old_words[found.old], &new_words[found.new]);
        let divided = found.how == How::Edited
            && shared_with.get(&found.old).is_some_and(|others| {
                others.iter().any(|&n| {
                    let carried = || new_words[n].intersection(all);
                    !new_taken[n]
                        && new[n].deck == old[found.old].deck
                        && 2 * carried().count() >= new_words[n].len()
                        && carried().filter(|word| !kept.contains(*word)).count() >= DIVIDED
                })
            });
        if divided {
            found.how = How::Split;
        }
    }
    found.sort_by_key(|found| (found.old, found.new));
    found
}

/// Pairs that share a telling word or an answer: all that can be alike, without comparing each with each.
fn candidates(
    old: &[Candidate],
    new: &[Candidate],
    old_words: &[HashSet<String>],
    new_words: &[HashSet<String>],
) -> HashSet<(usize, usize)> {
    let mut by_word: HashMap<&str, Vec<usize>> = HashMap::new();
    let mut by_answer: HashMap<i64, Vec<usize>> = HashMap::new();
    let mut by_title: HashMap<&str, Vec<usize>> = HashMap::new();
    for (index, words) in new_words.iter().enumerate() {
        by_title.entry(new[index].title.as_str()).or_default().push(index);
        for word in words {
            by_word.entry(word).or_default().push(index);
        }
        by_answer.entry(new[index].answer_hash).or_default().push(index);
    }
    let mut pairs = HashSet::new();
    for (o, words) in old_words.iter().enumerate() {
        for word in words {
            if let Some(places) = by_word.get(word.as_str()).filter(|places| places.len() <= COMMON) {
                pairs.extend(places.iter().map(|&n| (o, n)));
            }
        }
        if let Some(places) = by_title.get(old[o].title.as_str()) {
            pairs.extend(places.iter().take(COMMON).map(|&n| (o, n)));
        }
        if let Some(places) = by_answer.get(&old[o].answer_hash) {
            pairs.extend(places.iter().take(COMMON).map(|&n| (o, n)));
        }
    }
    pairs
}

/// The words of a title; where a script puts no space between words, its characters in pairs.
fn words(title: &str) -> HashSet<String> {
    let mut words = HashSet::new();
    for word in title.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()) {
        if word.chars().any(is_unspaced) {
            let chars: Vec<char> = word.chars().collect();
            words.extend(chars.windows(2).map(|pair| pair.iter().collect::<String>()));
            if chars.len() == 1 {
                words.insert(word.to_owned());
            }
        } else {
            words.insert(word.to_lowercase());
        }
    }
    words
}

/// Tells whether a character belongs to a script written without spaces: Thai, Lao, Khmer, kana, Han.
fn is_unspaced(c: char) -> bool {
    matches!(c, '\u{0e00}'..='\u{0eff}' | '\u{1780}'..='\u{17ff}' | '\u{3040}'..='\u{30ff}'
        | '\u{3400}'..='\u{9fff}' | '\u{20000}'..='\u{3ffff}')
}

/// Shared words over all words, `0.0..=1.0`.
fn likeness(a: &HashSet<String>, b: &HashSet<String>) -> f64 {
    let shared = a.intersection(b).count();
    let all = a.len() + b.len() - shared;
    if all == 0 { 0.0 } else { shared as f64 / all as f64 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn card(deck: &str, place: usize, title: &str, answer_hash: i64) -> Candidate {
        Candidate { deck: deck.into(), place, title: title.into(), answer_hash, seen: true }
    }

    fn found(old: &[Candidate], new: &[Candidate]) -> Vec<(usize, usize, &'static str)> {
        matches(old, new).iter().map(|found| (found.old, found.new, found.how.name())).collect()
    }

    #[test]
    fn a_typo_mended_is_the_same_card() {
        let old = [card("a", 0, "What is a qourum?", 1)];
        assert_eq!(found(&old, &[card("a", 0, "What is a quorum?", 1)]), [(0, 0, "edited")]);
        assert_eq!(found(&old, &[card("a", 0, "What is a quorum?", 2)]), [(0, 0, "edited")]);
    }

    #[test]
    fn another_question_is_another_card() {
        let old = [card("a", 0, "What is a quorum?", 1)];
        assert_eq!(found(&old, &[card("a", 0, "Why does Raft need terms?", 2)]), []);
        assert_eq!(found(&old, &[card("b", 0, "What is a quorum read?", 2)]), [], "alike, but elsewhere");
    }

    #[test]
    fn the_same_answer_elsewhere_is_the_card_moved() {
        let old = [card("a", 3, "Why does a Raft leader need terms?", 7)];
        assert_eq!(
            found(&old, &[card("b", 0, "Why are terms needed by a Raft leader?", 7)]),
            [(0, 0, "moved")]
        );
    }

    #[test]
    fn scripts_without_spaces_are_compared_too() {
        let old = [card("a", 0, "什么是多数派读取的定义?", 1)];
        assert_eq!(found(&old, &[card("a", 0, "什么是多数派读取的含义?", 2)]), [(0, 0, "edited")]);
        assert_eq!(found(&old, &[card("a", 0, "领导者何时需要任期?", 2)]), []);
    }

    #[test]
    fn the_very_same_title_needs_no_words() {
        assert_eq!(found(&[card("a", 0, "++", 1)], &[card("a", 0, "++", 2)]), [(0, 0, "edited")]);
        let old = [card("a", 0, "Why does a Raft leader need terms?", 1)];
        assert_eq!(found(&old, &[card("b", 0, "Why does a Raft leader need terms?", 2)]), [(0, 0, "moved")]);
    }

    #[test]
    fn the_best_match_wins_and_nobody_is_matched_twice() {
        let old = [card("a", 0, "one two three four", 1), card("a", 1, "one two three five", 2)];
        let new = [card("a", 0, "one two three five six", 2), card("a", 1, "one two three four six", 1)];
        assert_eq!(found(&old, &new), [(0, 1, "edited"), (1, 0, "edited")]);
    }

    #[test]
    fn a_card_divided_in_two_keeps_its_history_in_the_part_most_like_it() {
        let old = [card("a", 0, "What are the two phases of 2PC and who decides?", 1)];
        let new = [
            card("a", 0, "What are the two phases of 2PC?", 2),
            card("a", 1, "Who decides the outcome of 2PC and when?", 3),
        ];
        assert_eq!(found(&old, &new), [(0, 0, "split")]);
    }
}
