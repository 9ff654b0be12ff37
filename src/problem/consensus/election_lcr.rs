//! `election.lcr`: messages of the ring election by Le Lann, Chang and Roberts.

use serde_json::json;

use crate::problem::diagram::ring;
use crate::problem::text::plural;
use crate::problem::{Chosen, Difficulty, Draw, Family, Instance, Parameter, answer};

pub const FAMILY: &dyn Family = &ElectionLcr;

struct ElectionLcr;

const STOPPED_SHORT: &str = "the largest id must come back to its owner: a full round, not one hop less";
const SWALLOWED: &str = "the hop to the process that discards the id is a message too";
const ALL_ROUND: &str = "you sent every id all the way round; smaller ids are discarded by a larger one";
const OTHER_WAY: &str = "you sent the ids the other way round the ring";
const ANNOUNCED: &str = "you counted the leader's announcement, which is not asked";
const UNANNOUNCED: &str = "you left out the leader's announcement, which is asked this time";

impl Family for ElectionLcr {
    fn name(&self) -> &'static str {
        "election.lcr"
    }

    fn title(&self) -> &'static str {
        "count the messages of a ring election"
    }

    fn parameters(&self) -> &'static [Parameter] {
        const {
            &[Parameter::integer("processes", "processes on the ring", (3, 12), &[]).graded([
                &[4, 5],
                &[6, 7],
                &[8, 9],
            ])]
        }
    }

    fn mistakes(&self) -> &'static [&'static str] {
        &[STOPPED_SHORT, SWALLOWED, ALL_ROUND, OTHER_WAY, ANNOUNCED, UNANNOUNCED]
    }

    fn instance(&self, with: &Chosen, draw: &mut Draw, difficulty: Difficulty) -> Instance {
        let n = with.count("processes");
        let ids = draw.distinct(n, 1, 60);
        let clockwise = difficulty.level() < 2 || draw.coin();
        let ask = match difficulty.level() {
            0 => "all",
            1 => draw.pick(&["all", "all", "one"]),
            _ => draw.pick(&["all", "all", "one", "announced"]),
        };
        // Next to nobody's liking: an id that the neighbour discards asks nothing.
        let far: Vec<usize> = (0..n).filter(|&at| distance(&ids, at, clockwise) > 1).collect();
        let one = *draw.pick(&far);

        let distances: Vec<usize> = (0..n).map(|at| distance(&ids, at, clockwise)).collect();
        let total: usize = distances.iter().sum();
        let other: usize = (0..n).map(|at| distance(&ids, at, !clockwise)).sum();
        let items: Vec<String> = ids.iter().map(ToString::to_string).collect();
        let picture = ring(&items, "");
        let way = if clockwise {
            "clockwise (along the arrows)"
        } else {
            "**counterclockwise** (against the arrows)"
        };
        let rule = format!(
            "Processes with these ids stand on a ring:\n\n{}\n\nThey elect the one with the largest id (LCR). Each sends \
             its own id to its neighbour {way}. Whoever receives an id passes it on if it is larger than its own, discards \
             it if it is smaller, and is elected if it is its own.",
            picture.fence()
        );
        let each: Vec<String> =
            ids.iter().zip(&distances).map(|(id, hops)| format!("{id}: {hops}")).collect();
        let values = json!({ "asks": ask, "ids": ids, "clockwise": clockwise, "one": ids[one] });
        let why = "An id travels until it meets a larger one (that hop counts), the largest all the way round. Hops by id";
        match ask {
            "one" => {
                let right = distances[one];
                let largest = right == n;
                Instance::new(
                    format!("{rule} How many messages carry the id **{}**?", ids[one]),
                    answer::count(right),
                    format!("{why}: {}. For {} that is {right}.", each.join(", "), ids[one]),
                    values,
                )
                .spoken(picture.spoken)
                .mistake(right - 1, if largest { STOPPED_SHORT } else { SWALLOWED })
                .mistake(distance(&ids, one, !clockwise), OTHER_WAY)
                .mistake(n, ALL_ROUND)
            }
            "announced" => Instance::new(
                format!(
                    "{rule} Then the elected process sends an announcement once round the ring, back to itself. How many \
                     messages are sent in all, **with the announcement**?"
                ),
                answer::count(total + n),
                format!(
                    "{why}: {}; together {total}. The announcement takes {}: {} in all.",
                    each.join(", "),
                    plural(n, "message"),
                    total + n
                ),
                values,
            )
            .spoken(picture.spoken)
            .mistake(total, UNANNOUNCED)
            .mistake(total + n - 1, STOPPED_SHORT)
            .mistake(total + 1, SWALLOWED)
            .mistake(other + n, OTHER_WAY)
            .mistake(n * n + n, ALL_ROUND),
            _ => Instance::new(
                format!(
                    "{rule} How many messages are sent until the leader knows that it is elected? (An announcement to the \
                     others is not counted.)"
                ),
                answer::count(total),
                format!("{why}: {}. Together {total}.", each.join(", ")),
                values,
            )
            .spoken(picture.spoken)
            .mistake(total - 1, STOPPED_SHORT)
            .mistake(total - (n - 1), SWALLOWED)
            .mistake(other, OTHER_WAY)
            .mistake(total + n, ANNOUNCED)
            .mistake(n * n, ALL_ROUND),
        }
    }
}

/// Hops from a process to the next one with a larger id; all round for the largest.
fn distance(ids: &[i64], from: usize, clockwise: bool) -> usize {
    let n = ids.len();
    let at = |hops: usize| if clockwise { (from + hops) % n } else { (from + n - hops) % n };
    (1..n).find(|&hops| ids[at(hops)] > ids[from]).unwrap_or(n)
}
