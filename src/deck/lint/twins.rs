//! Finding pairs of sets that share most of their members, in time that grows nearly with their number.
//!
//! Prefix filtering: when two sets have a Jaccard index of at least `t`, each of them holds one of the shared members
//! among its first `n - ceil(t n) + 1`, in any order common to all sets; with the rarest members first, the lists of
//! an inverted index over these beginnings stay short. (Chaudhuri, Ganti & Kaushik, ICDE 2006; Bayardo, Ma & Srikant,
//! WWW 2007.) Every candidate is verified exactly.
//!
//! Not for what the sets mean.

use std::collections::{HashMap, HashSet};
use std::hash::Hash;

/// A member found in more sets than this brings no two of them together by itself. Without the bound, 100,000 cards
/// made from one template would be compared each with each; sets that are equal are found regardless.
const COMMON: usize = 1000;

/// A threshold as a fraction.
#[derive(Clone, Copy, Debug)]
pub(super) struct Threshold {
    pub(super) numerator: usize,
    pub(super) denominator: usize,
}

impl Threshold {
    /// Tells whether `shared` of `union` members reach the threshold.
    pub(super) fn reached(self, shared: usize, union: usize) -> bool {
        union > 0 && shared * self.denominator >= union * self.numerator
    }

    /// Returns the least number of members that a set as large as `size` must share.
    fn least(self, size: usize) -> usize {
        (size * self.numerator).div_ceil(self.denominator)
    }
}

/// Returns all pairs `(earlier, later)` of sets with a Jaccard index of at least the threshold, in order.
///
/// Empty sets are like no other. Members may repeat; they count once.
pub(super) fn pairs<T: Hash + Eq + Ord>(sets: &[Vec<T>], threshold: Threshold) -> Vec<(usize, usize)> {
    let ranked = rank(sets);
    let mut frequency: Vec<u32> = Vec::new();
    for &member in ranked.iter().flatten() {
        let member = member as usize;
        if frequency.len() <= member {
            frequency.resize(member + 1, 0);
        }
        frequency[member] += 1;
    }
    let mut index: Vec<Vec<u32>> = vec![Vec::new(); frequency.len()];
    let mut last_seen = vec![u32::MAX; sets.len()];
    let mut same: HashMap<&[u32], usize> = HashMap::new();
    let mut found = Vec::new();
    for (later, set) in ranked.iter().enumerate() {
        if set.is_empty() {
            continue;
        }
        let mark = later as u32;
        // One earlier twin is enough where all are equal.
        if let Some(&earlier) = same.get(set.as_slice()) {
            found.push((earlier, later));
            last_seen[earlier] = mark;
        } else {
            same.insert(set, later);
        }
        let least = threshold.least(set.len());
        for &member in &set[..=set.len() - least] {
            let list = &mut index[member as usize];
            for &earlier in list.iter() {
                let other = &ranked[earlier as usize];
                // The smaller set must be able to hold enough of the larger.
                let fits = other.len() >= least && set.len() >= threshold.least(other.len());
                if last_seen[earlier as usize] == mark || !fits {
                    continue;
                }
                last_seen[earlier as usize] = mark;
                let shared = overlap(other, set);
                if threshold.reached(shared, other.len() + set.len() - shared) {
                    found.push((earlier as usize, later));
                }
            }
            if frequency[member as usize] as usize <= COMMON {
                list.push(mark);
            }
        }
    }
    found.sort_unstable();
    found
}

/// Numbers the members by how rare they are, and sorts each set by that.
fn rank<T: Hash + Eq + Ord>(sets: &[Vec<T>]) -> Vec<Vec<u32>> {
    let mut counts: HashMap<&T, usize> = HashMap::new();
    for member in sets.iter().flat_map(|set| set.iter().collect::<HashSet<_>>()) {
        *counts.entry(member).or_default() += 1;
    }
    let mut order: Vec<(usize, &T)> = counts.into_iter().map(|(member, count)| (count, member)).collect();
    order.sort_unstable();
    let ranks: HashMap<&T, u32> =
        order.into_iter().zip(0..).map(|((_, member), rank)| (member, rank)).collect();
    let ranked = |set: &Vec<T>| {
        let mut ranked: Vec<u32> = set.iter().filter_map(|member| ranks.get(member).copied()).collect();
        ranked.sort_unstable();
        ranked.dedup();
        ranked
    };
    sets.iter().map(ranked).collect()
}

/// Counts what two ascending lists share.
fn overlap(a: &[u32], b: &[u32]) -> usize {
    let (mut i, mut j, mut shared) = (0, 0, 0);
    while i < a.len() && j < b.len() {
        match a[i].cmp(&b[j]) {
            std::cmp::Ordering::Less => i += 1,
            std::cmp::Ordering::Greater => j += 1,
            std::cmp::Ordering::Equal => {
                shared += 1;
                i += 1;
                j += 1;
            }
        }
    }
    shared
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SIX_TENTHS: Threshold = Threshold { numerator: 3, denominator: 5 };

    fn sets(lines: &[&str]) -> Vec<Vec<String>> {
        lines.iter().map(|line| line.split_whitespace().map(str::to_owned).collect()).collect()
    }

    #[test]
    fn the_threshold_is_exact() {
        // 3 of 5, and 4 of 7.
        assert_eq!(pairs(&sets(&["a b c d", "a b c e"]), SIX_TENTHS), [(0, 1)]);
        assert_eq!(pairs(&sets(&["a b c d e", "a b c d f g"]), SIX_TENTHS), []);
        assert_eq!(pairs(&sets(&["", "", "a", "a a"]), SIX_TENTHS), [(2, 3)]);
    }

    #[test]
    fn a_thousand_templates_and_more_are_not_compared_each_with_each() {
        let made: Vec<Vec<String>> = (0..3 * COMMON)
            .map(|n| vec!["capital".to_owned(), "country".to_owned(), format!("x{n}")])
            .collect();
        assert_eq!(pairs(&made, SIX_TENTHS), []);
    }

    proptest! {
        /// Below the bound the index finds what comparing each with each finds, but for further copies of one set.
        #[test]
        fn nothing_is_missed(made in prop::collection::vec(prop::collection::hash_set(0_u8..14, 0..8), 0..40)) {
            let sets: Vec<Vec<u8>> = made.iter().map(|set| set.iter().copied().collect()).collect();
            let found: HashSet<_> = pairs(&sets, SIX_TENTHS).into_iter().collect();
            for later in 0..made.len() {
                for earlier in 0..later {
                    let shared = made[earlier].intersection(&made[later]).count();
                    let union = made[earlier].union(&made[later]).count();
                    let alike = union > 0 && shared * 5 >= union * 3;
                    prop_assert_eq!(found.contains(&(earlier, later)), alike, "{:?} {:?}", made[earlier], made[later]);
                }
            }
        }
    }
}
