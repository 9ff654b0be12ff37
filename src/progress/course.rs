//! The course: the roadmap's levels and resources, and the order in which decks are met.
//! Pure. Not for locks and exams, or for what the learner has done.

use std::collections::{HashMap, HashSet};

use serde::de::Error as _;
use serde::{Deserialize, Deserializer};

use super::sprt::{Plan, Sprt};
use crate::card::Level;

/// The roadmap, as `decks/roadmap.toml` has it.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Roadmap {
    /// The levels, lowest first.
    #[serde(default, rename = "level")]
    pub levels: Vec<RoadmapLevel>,
    /// The resources, in the order in which they are met.
    #[serde(default, rename = "resource")]
    pub resources: Vec<Resource>,
    /// How exams are held.
    #[serde(default, deserialize_with = "exam_table")]
    pub exam: ExamSettings,
}

/// How exams are held, unless the command line says otherwise. Read from a table, it is checked as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ExamSettings {
    /// Share of items right from which on the matter counts as mastered.
    #[serde(deserialize_with = "share")]
    pub mastery: f64,
    /// Share of items right up to which it does not.
    #[serde(deserialize_with = "share")]
    pub non_mastery: f64,
    /// Accepted probability of passing without mastery.
    #[serde(deserialize_with = "error")]
    pub alpha: f64,
    /// Accepted probability of failing with mastery.
    #[serde(deserialize_with = "error")]
    pub beta: f64,
    /// Items before which nothing is decided.
    #[serde(deserialize_with = "items")]
    pub min_items: u32,
    /// Items after which it is decided in any case.
    #[serde(deserialize_with = "items")]
    pub max_items: u32,
    /// Share of problems drawn afresh, at least.
    #[serde(deserialize_with = "part")]
    pub problems: f64,
    /// Study days between an exam that was not passed and the next try.
    pub resit_days: u32,
    /// Whether the learner says how sure they are.
    pub confidence: bool,
}

impl Default for ExamSettings {
    fn default() -> Self {
        let Plan { p0, p1, alpha, beta, min, max } = Plan::USUAL;
        Self {
            mastery: p1,
            non_mastery: p0,
            alpha,
            beta,
            min_items: min,
            max_items: max,
            problems: 1.0 / 3.0,
            resit_days: 1,
            confidence: true,
        }
    }
}

/// Reads the table `[exam]`: each value is checked where it stands, so that a fault has its caret, then all together.
fn exam_table<'de, D: Deserializer<'de>>(value: D) -> Result<ExamSettings, D::Error> {
    let settings = ExamSettings::deserialize(value)?;
    settings.check().map_err(D::Error::custom)?;
    Ok(settings)
}

fn number<'de, D: Deserializer<'de>>(
    value: D,
    fits: impl Fn(f64) -> bool,
    expected: &str,
) -> Result<f64, D::Error> {
    let number = f64::deserialize(value)?;
    if fits(number) {
        Ok(number)
    } else {
        Err(D::Error::custom(format!("expected {expected}, found {number}")))
    }
}

fn share<'de, D: Deserializer<'de>>(value: D) -> Result<f64, D::Error> {
    number(value, |x| x > 0.0 && x < 1.0, "a share between 0 and 1, as 0.9")
}

fn error<'de, D: Deserializer<'de>>(value: D) -> Result<f64, D::Error> {
    number(value, |x| x > 0.0 && x < 0.5, "a probability between 0 and 0.5, as 0.05")
}

fn part<'de, D: Deserializer<'de>>(value: D) -> Result<f64, D::Error> {
    number(value, |x| (0.0..=1.0).contains(&x), "a share from 0 to 1, as 0.33")
}

fn items<'de, D: Deserializer<'de>>(value: D) -> Result<u32, D::Error> {
    let items = u32::deserialize(value)?;
    if (1..=500).contains(&items) {
        Ok(items)
    } else {
        Err(D::Error::custom(format!("expected 1 to 500 items, found {items}")))
    }
}

impl ExamSettings {
    /// The keys of its table.
    pub const KEYS: &'static [&'static str] = &[
        "mastery",
        "non_mastery",
        "alpha",
        "beta",
        "min_items",
        "max_items",
        "problems",
        "resit_days",
        "confidence",
    ];

    /// Reads the settings from a learner's `roadmap.toml`, which holds the table `[exam]` and nothing else; what it leaves out
    /// is as usual.
    ///
    /// # Errors
    /// Returns the reader's description of what is wrong, with line and caret.
    pub fn parse(text: &str) -> Result<Self, toml::de::Error> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct File {
            #[serde(default, deserialize_with = "exam_table")]
            exam: ExamSettings,
        }
        toml::from_str(text).map(|File { exam }| exam)
    }

    /// Returns what the test is to tell apart.
    #[must_use]
    pub fn plan(&self) -> Plan {
        Plan {
            p0: self.non_mastery,
            p1: self.mastery,
            alpha: self.alpha,
            beta: self.beta,
            min: self.min_items,
            max: self.max_items,
        }
    }

    /// Tells whether the values make sense together.
    ///
    /// # Errors
    /// Says in words which does not.
    pub fn check(&self) -> Result<(), &'static str> {
        if !(0.0..=1.0).contains(&self.problems) {
            return Err("the share of problems must lie between 0 and 1");
        }
        Sprt::new(self.plan()).map(|_| ())
    }
}

/// A level of the roadmap.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RoadmapLevel {
    /// Which.
    pub id: Level,
    /// Its name.
    pub title: String,
    /// What it is for.
    pub goal: String,
}

/// A resource of the roadmap: a course, a book, a paper, a system.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Resource {
    /// What decks call it.
    pub id: String,
    /// Its title.
    pub title: String,
    /// Its level.
    pub level: Level,
    /// Where to find it; the first is the one to open.
    #[serde(default)]
    pub links: Vec<String>,
    /// Whether it may be left out.
    #[serde(default)]
    pub optional: bool,
    /// Resources that come first.
    #[serde(default)]
    pub requires: Vec<String>,
    /// Its decks, by file stem, in order.
    #[serde(default)]
    pub decks: Vec<String>,
}

impl Roadmap {
    /// Reads a roadmap.
    ///
    /// # Errors
    /// Returns the reader's description of what is wrong, with line and caret.
    pub fn parse(text: &str) -> Result<Self, toml::de::Error> {
        toml::from_str(text)
    }

    /// Returns the resource of a deck, by the deck's file stem.
    #[must_use]
    pub fn resource_of(&self, slug: &str) -> Option<&Resource> {
        self.resources.iter().find(|resource| resource.decks.iter().any(|deck| deck == slug))
    }

    /// Returns a resource by its id.
    #[must_use]
    pub fn resource(&self, id: &str) -> Option<&Resource> {
        self.resources.iter().find(|resource| resource.id == id)
    }

    /// Reads the shipped roadmap, which a test proves to be right; an unreadable one orders nothing.
    #[must_use]
    pub fn shipped_order(text: &str) -> Self {
        Self::parse(text).unwrap_or_default()
    }

    /// Returns the place of a deck among the decks of all resources.
    fn place(&self) -> HashMap<&str, usize> {
        self.resources.iter().flat_map(|resource| &resource.decks).map(String::as_str).zip(0..).collect()
    }
}

/// A deck, as far as its order needs it.
#[derive(Clone, Copy, Debug)]
pub struct DeckPlace<'a> {
    /// The file's stem.
    pub slug: &'a str,
    /// The file's path.
    pub path: &'a str,
    /// Whether it is the learner's own.
    pub own: bool,
    /// Its level.
    pub level: Option<Level>,
    /// File stems of decks that come first.
    pub requires: &'a [String],
}

/// Orders decks: the learner's own first, then by level, then by the roadmap, and none before what it requires.
///
/// Returns indices into `decks`. A cycle of requirements is broken at its first deck.
#[must_use]
pub fn order(decks: &[DeckPlace<'_>], roadmap: &Roadmap) -> Vec<usize> {
    let place = roadmap.place();
    let mut wanted: Vec<usize> = (0..decks.len()).collect();
    wanted.sort_by_key(|&index| {
        let deck = &decks[index];
        (
            !deck.own,
            deck.level.map_or(Level::ALL.len(), |level| level as usize),
            place.get(deck.slug).copied().unwrap_or(usize::MAX),
            deck.path,
        )
    });
    let by_slug: HashMap<(&str, bool), usize> =
        decks.iter().enumerate().map(|(index, deck)| ((deck.slug, deck.own), index)).collect();
    let mut placed = HashSet::new();
    let mut out = Vec::with_capacity(decks.len());
    for index in wanted {
        put(index, decks, &by_slug, &mut placed, &mut out);
    }
    out
}

/// Puts what a deck requires, then the deck itself. Iterative, so that a long chain cannot exhaust the stack.
fn put(
    index: usize,
    decks: &[DeckPlace<'_>],
    by_slug: &HashMap<(&str, bool), usize>,
    placed: &mut HashSet<usize>,
    out: &mut Vec<usize>,
) {
    let mut path = vec![(index, false)];
    while let Some((index, ready)) = path.pop() {
        if ready {
            out.push(index);
            continue;
        }
        if !placed.insert(index) {
            continue;
        }
        path.push((index, true));
        let deck = &decks[index];
        for name in deck.requires.iter().rev() {
            let required =
                by_slug.get(&(name.as_str(), deck.own)).or_else(|| by_slug.get(&(name.as_str(), false)));
            if let Some(&required) = required
                && !placed.contains(&required)
            {
                path.push((required, false));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ordered(decks: &[(&'static str, bool, Option<Level>, &[&str])], roadmap: &str) -> Vec<&'static str> {
        let requires: Vec<Vec<String>> = decks
            .iter()
            .map(|(_, _, _, requires)| requires.iter().map(|&name| name.into()).collect())
            .collect();
        let places: Vec<DeckPlace<'_>> = decks
            .iter()
            .zip(&requires)
            .map(|(&(slug, own, level, _), requires)| DeckPlace { slug, path: slug, own, level, requires })
            .collect();
        order(&places, &Roadmap::parse(roadmap).unwrap()).into_iter().map(|index| decks[index].0).collect()
    }

    #[test]
    fn exam_settings_are_read_and_checked() {
        let shipped = Roadmap::parse(include_str!("../../decks/roadmap.toml")).unwrap();
        assert_eq!(shipped.exam, ExamSettings::default());
        let short = Roadmap::parse("[exam]\nmin_items = 5\nmax_items = 9\nconfidence = false").unwrap().exam;
        assert_eq!((short.plan().min, short.plan().max, short.confidence), (5, 9, false));
        let own = ExamSettings::parse("[exam]\nresit_days = 0").unwrap();
        assert_eq!((own.resit_days, own.mastery), (0, 0.9));
        let named = format!("{own:?}");
        assert!(ExamSettings::KEYS.iter().all(|key| named.contains(&format!("{key}:"))), "{named}");
        assert_eq!(named.matches(": ").count(), ExamSettings::KEYS.len());
    }

    #[test]
    fn faults_of_exam_settings_stand_under_their_caret() {
        let fault = |text: &str| ExamSettings::parse(text).unwrap_err().to_string();
        assert_eq!(
            fault("[exam]\nalpha = 0.05\nmastery = 1.5\n"),
            "TOML parse error at line 3, column 11\n  |\n3 | mastery = 1.5\n  |           ^^^\n\
             expected a share between 0 and 1, as 0.9, found 1.5\n"
        );
        assert_eq!(
            fault("[exam]\nmastery = 0.6\n"),
            "TOML parse error at line 1, column 1\n  |\n1 | [exam]\n  | ^^^^^^\n\
             the share of mastery must be above the share of none\n"
        );
        for (line, said) in [
            ("mastry = 0.9", "unknown field `mastry`"),
            ("beta = nan", "expected a probability between 0 and 0.5, as 0.05, found NaN"),
            ("beta = 0.5", "expected a probability"),
            ("non_mastery = 0", "expected a share between 0 and 1"),
            ("min_items = 0", "expected 1 to 500 items, found 0"),
            ("max_items = 501", "expected 1 to 500 items, found 501"),
            ("max_items = 12", "the fewest no more than the most"),
            ("problems = 3.0", "expected a share from 0 to 1"),
            ("resit_days = -1", "-1"),
            ("confidence = \"yes\"", "expected a boolean"),
        ] {
            let said_of_it = fault(&format!("[exam]\n{line}\n"));
            assert!(said_of_it.contains(said) && said_of_it.contains('^'), "{line}: {said_of_it}");
            // The course's own is read in the same way.
            assert!(Roadmap::parse(&format!("[exam]\n{line}\n")).is_err(), "{line}");
        }
        assert!(fault("[[resource]]\nid = 'x'").contains("unknown field `resource`, expected `exam`"));
    }

    #[test]
    fn own_decks_come_first_then_levels_then_the_roadmap() {
        let decks: [(_, _, _, &[&str]); 4] = [
            ("b", false, Some(Level::Beginner), &[]),
            ("a", false, Some(Level::Beginner), &[]),
            ("adv", false, Some(Level::Advanced), &[]),
            ("mine", true, None, &[]),
        ];
        assert_eq!(ordered(&decks, ""), ["mine", "a", "b", "adv"]);
        let roadmap = "[[resource]]\nid='r'\ntitle='R'\nlevel='beginner'\ndecks=['b','a']";
        assert_eq!(ordered(&decks, roadmap), ["mine", "b", "a", "adv"]);
    }

    #[test]
    fn nothing_comes_before_what_it_requires_and_a_cycle_ends() {
        let decks: [(_, _, _, &[&str]); 3] = [
            ("a", false, Some(Level::Beginner), &["c"]),
            ("b", false, Some(Level::Beginner), &["a"]),
            ("c", false, Some(Level::Beginner), &["b"]),
        ];
        assert_eq!(ordered(&decks, "").len(), 3);
        let decks: [(_, _, _, &[&str]); 3] = [
            ("a", false, Some(Level::Beginner), &["b", "missing"]),
            ("b", false, Some(Level::Beginner), &["c"]),
            ("c", false, Some(Level::Intermediate), &[]),
        ];
        assert_eq!(ordered(&decks, ""), ["c", "b", "a"]);
    }
}
