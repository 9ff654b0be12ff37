//! What is open: levels by exams passed, by hand, or because they are the first; decks by their level or by hand.
//! Pure. A lock only holds back new cards in daily review. Not for exams themselves (`sitting.rs`, `outcome.rs`).

use std::collections::BTreeSet;

use crate::card::Level;

/// What a learner has earned, and what they opened by hand.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// Levels whose exam was passed, or up to which a placement went.
    pub passed: BTreeSet<Level>,
    /// Levels opened by hand.
    pub levels: BTreeSet<Level>,
    /// Decks opened by hand, by file stem.
    pub decks: BTreeSet<String>,
}

/// Whether something is open, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gate {
    /// Nothing comes before it.
    First,
    /// This level, or the one below, was passed.
    Passed(Level),
    /// It was opened by hand.
    ByHand,
    /// It is none of the course's.
    Free,
    /// It waits for the exam of this level.
    Locked(Level),
}

impl Gate {
    /// Tells whether new cards may be taken up.
    #[must_use]
    pub fn is_open(self) -> bool {
        !matches!(self, Self::Locked(_))
    }
}

impl Standing {
    /// Returns how a level stands.
    #[must_use]
    pub fn level(&self, level: Level) -> Gate {
        let Some(below) = Level::ALL.into_iter().rev().find(|other| *other < level) else {
            return Gate::First;
        };
        // Who passed a higher exam has no need of a lower one.
        if let Some(passed) = self.passed.iter().copied().find(|passed| *passed >= below) {
            return Gate::Passed(passed);
        }
        if self.levels.contains(&level) { Gate::ByHand } else { Gate::Locked(below) }
    }

    /// Returns how a deck stands; `of_course` tells whether it belongs to the course, whoever edited it.
    #[must_use]
    pub fn deck(&self, slug: &str, level: Option<Level>, of_course: bool) -> Gate {
        match level {
            Some(level) if of_course => match self.level(level) {
                Gate::Locked(_) if self.decks.contains(slug) => Gate::ByHand,
                gate => gate,
            },
            _ => Gate::Free,
        }
    }

    /// Tells whether the exam of a level, or of a higher one, was passed.
    #[must_use]
    pub fn is_passed(&self, level: Level) -> bool {
        self.passed.iter().any(|passed| *passed >= level)
    }

    /// Returns the highest level that is open, which is where a learner stands.
    #[must_use]
    pub fn highest(&self) -> Level {
        Level::ALL.into_iter().rev().find(|level| self.level(*level).is_open()).unwrap_or(Level::Beginner)
    }

    /// Returns the level whose exam comes next: the lowest that neither it nor a higher one was passed.
    #[must_use]
    pub fn next_exam(&self) -> Option<Level> {
        Level::ALL.into_iter().find(|level| !self.is_passed(*level))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    use Level::{Advanced, Beginner, Intermediate};

    /// Levels passed, levels opened by hand, how the three stand then, and the next exam.
    type Row = (&'static [Level], &'static [Level], [Gate; 3], Option<Level>);

    #[test]
    fn levels_open_by_exam_by_hand_or_from_the_start() {
        let table: &[Row] = &[
            (&[], &[], [Gate::First, Gate::Locked(Beginner), Gate::Locked(Intermediate)], Some(Beginner)),
            (
                &[Beginner],
                &[],
                [Gate::First, Gate::Passed(Beginner), Gate::Locked(Intermediate)],
                Some(Intermediate),
            ),
            (
                &[Beginner, Intermediate],
                &[],
                [Gate::First, Gate::Passed(Beginner), Gate::Passed(Intermediate)],
                Some(Advanced),
            ),
            (&[], &[Intermediate], [Gate::First, Gate::ByHand, Gate::Locked(Intermediate)], Some(Beginner)),
            (&[], &[Advanced], [Gate::First, Gate::Locked(Beginner), Gate::ByHand], Some(Beginner)),
            (
                &[Beginner],
                &[Intermediate, Advanced],
                [Gate::First, Gate::Passed(Beginner), Gate::ByHand],
                Some(Intermediate),
            ),
            // Out of order: a higher pass opens all below it.
            (
                &[Intermediate],
                &[],
                [Gate::First, Gate::Passed(Intermediate), Gate::Passed(Intermediate)],
                Some(Advanced),
            ),
            (&[Advanced], &[], [Gate::First, Gate::Passed(Advanced), Gate::Passed(Advanced)], None),
        ];
        for (passed, by_hand, gates, next) in table {
            let standing = Standing {
                passed: passed.iter().copied().collect(),
                levels: by_hand.iter().copied().collect(),
                decks: BTreeSet::new(),
            };
            assert_eq!(Level::ALL.map(|level| standing.level(level)), *gates, "{standing:?}");
            assert_eq!(standing.next_exam(), *next, "{standing:?}");
            assert!(
                Level::ALL
                    .iter()
                    .all(|level| standing.is_passed(*level) == next.is_none_or(|next| *level < next))
            );
        }
    }

    #[test]
    fn decks_open_with_their_level_or_by_hand_and_own_decks_are_free() {
        let standing = Standing { decks: ["mvcc".to_owned()].into(), ..Standing::default() };
        let table = [
            ("gfs", Some(Beginner), true, Gate::First),
            ("mvcc", Some(Intermediate), true, Gate::ByHand),
            ("joins", Some(Intermediate), true, Gate::Locked(Beginner)),
            ("dynamo", Some(Advanced), true, Gate::Locked(Intermediate)),
            ("mine", Some(Advanced), false, Gate::Free),
            ("notes", None, true, Gate::Free),
        ];
        for (slug, level, of_course, gate) in table {
            assert_eq!(standing.deck(slug, level, of_course), gate, "{slug}");
            assert_eq!(standing.deck(slug, level, of_course).is_open(), !matches!(gate, Gate::Locked(_)));
        }
        assert_eq!(standing.highest(), Beginner);
    }
}
