//! Evaluation against figures computed elsewhere for a real log, and by hand for small ones.

use super::blend::Blend;
use super::predictors::{Average, CalibratedFsrs, FsrsPredictor, Intervals, MovingAverage, Rule};
use super::*;
use crate::schedule::fsrs::Parameters;
use crate::time::{DAY_MS, DayStart, ZoneOffset};

const LOG: &str = include_str!("../../../tests/fixtures/review-log.csv");
/// The figures of a second implementation; see the head of its maker.
const REFERENCE: &str = include_str!("../../../tests/fixtures/schedule/eval.txt");

pub(super) fn real_rows() -> Vec<Row> {
    let (answers, bad) = log::parse(LOG, ZoneOffset::UTC, DayStart::DEFAULT);
    assert_eq!((answers.len(), bad), (7_482, Vec::new()));
    rows(&answers)
}

/// The figures of a predictor as the table prints them.
pub(super) fn judged(rows: &[Row], predictor: &mut dyn Predictor) -> String {
    let score = score(rows, &predictions(predictor, rows)).unwrap();
    let Score { n, log_loss, rmse_bins, bias, bins, .. } = score;
    let (name, auc) = (predictor.name(), score.auc.unwrap());
    format!("{name}: {n} {log_loss:.4} {rmse_bins:.4} {auc:.4} {bias:+.4} {bins}")
}

#[test]
fn the_real_log_gives_the_reference_figures() {
    let rows = real_rows();
    let mut predictors: Vec<Box<dyn Predictor>> = vec![
        Box::new(Average::default()),
        Box::new(MovingAverage::default()),
        Box::new(Intervals::new(Rule::Sm2Of1990, false)),
        Box::new(Intervals::new(Rule::Wikipedia, false)),
        Box::new(Intervals::new(Rule::Anki, false)),
        Box::new(Intervals::new(Rule::Sm2Of1990, true)),
        Box::new(Intervals::new(Rule::Anki, true)),
        Box::new(FsrsPredictor::new("fsrs", &Parameters::DEFAULT)),
    ];
    predictors.push(Box::new(CalibratedFsrs::new(&Parameters::DEFAULT)));
    predictors.push(Box::new(Blend::default()));
    let made: Vec<String> =
        predictors.iter_mut().map(|predictor| judged(&rows, predictor.as_mut())).collect();
    assert_eq!(made, REFERENCE.lines().collect::<Vec<_>>());
}

/// Answers of one card each day at noon from day 0 on.
fn daily(grades: &[Grade]) -> Vec<Row> {
    let answer = |(n, grade): (i64, &Grade)| {
        let at = Timestamp(n * DAY_MS + DAY_MS / 2);
        Answer {
            card: 5,
            at,
            day: Day::of(at, ZoneOffset::UTC, DayStart::DEFAULT),
            grade: *grade,
            took_ms: 0,
        }
    };
    rows(&(0..).zip(grades).map(answer).collect::<Vec<_>>())
}

#[test]
fn small_logs_are_judged_as_by_hand() {
    use Grade::{Again, Good};
    let rows = daily(&[Good, Good, Again, Good, Again, Good]);
    // Five scored, one of them warm-up: left are Again, Good, Again, Good.
    let score = score(&rows, &[0.9, 0.8, 0.8, 0.3, 0.6]).unwrap();
    assert_eq!(score.n, 4);
    let loss = -(0.2_f64.ln() + 0.8_f64.ln() + 0.7_f64.ln() + 0.6_f64.ln()) / 4.0;
    assert!((score.log_loss - loss).abs() < 1e-12);
    assert!((score.bias - 0.125).abs() < 1e-12);
    // Pairs: 0.8 v 0.8 is a tie, 0.8 > 0.3, 0.6 < 0.8, 0.6 > 0.3.
    assert_eq!(score.auc, Some(2.5 / 4.0));
    assert_eq!(score.calibration[8], Tenth { n: 2, predicted: 0.8, observed: 0.5 });
    assert_eq!(true_retention(&rows, 1), Some(0.6));
    assert_eq!(true_retention(&rows, 2), None);
}

#[test]
fn without_scored_answers_there_is_nothing_to_say() {
    assert_eq!(score(&daily(&[Grade::Good]), &[]), None);
    assert_eq!(score(&[], &[]), None);
    let recalled = daily(&[Grade::Good; 4]);
    assert_eq!(score(&recalled, &[0.9; 3]).unwrap().auc, None, "one class only");
}

#[test]
fn first_sights_and_answers_of_the_same_day_are_not_scored() {
    let answer = |hour: i64, card, grade| {
        let at = Timestamp(hour * 3_600_000);
        Answer { card, at, day: Day::of(at, ZoneOffset::UTC, DayStart::DEFAULT), grade, took_ms: 0 }
    };
    let answers = [
        answer(54, 1, Grade::Good),
        answer(30, 1, Grade::Again),
        answer(31, 1, Grade::Again),
        answer(32, 2, Grade::Good),
    ];
    let rows = rows(&answers);
    let days: Vec<_> = rows.iter().map(|row| (row.showing.card, row.showing.days)).collect();
    assert_eq!(days, [(0, None), (0, Some(0)), (1, None), (0, Some(1))]);
    assert_eq!(rows[3].showing.nth, 2);
    assert_eq!(rows[3].showing.lapses, 0, "failures that are not scored are no lapses");
}

#[test]
fn folds_cover_what_is_evaluated_in_order() {
    let folds = folds(3_750);
    assert_eq!((folds[0].start, folds[4].end), (750, 3_750));
    assert!(folds.windows(2).all(|pair| pair[0].end == pair[1].start));
}

#[test]
fn a_bootstrap_tells_a_difference_from_noise() {
    let noise: Vec<f64> = (0..400).map(|k| Seed(3).derive("noise", k).unit()).collect();
    let other: Vec<f64> = (0..400).map(|k| Seed(4).derive("noise", k).unit()).collect();
    let (low, high) = bootstrap(&noise, &other, Seed(1), 500).unwrap();
    assert!(low < 0.0 && high > 0.0, "{low} {high}");
    let better: Vec<f64> = noise.iter().map(|loss| loss - 0.1).collect();
    let (low, high) = bootstrap(&better, &noise, Seed(1), 500).unwrap();
    assert!(low > -0.11 && high < -0.09, "{low} {high}");
    assert_eq!(bootstrap(&[], &[], Seed(1), 500), None);
}

#[test]
fn bad_lines_are_named_and_the_rest_is_read() {
    let text = "review_time,card_id,extra,review_rating\n\
                1711744352250,7,x,3\n\
                yesterday,7,x,3\n\
                2024-03-29 20:32:32.250000+00:00,8,x,1\n\
                1711744352250,7,x,5\n\
                1711744352250,seven,x,3\n";
    let (answers, bad) = log::parse(text, ZoneOffset::UTC, DayStart::DEFAULT);
    assert_eq!(answers.len(), 2);
    assert_eq!(answers[0].at, answers[1].at);
    let problems: Vec<String> = bad.iter().map(|bad| format!("{}: {}", bad.line, bad.problem)).collect();
    assert_eq!(
        problems,
        [
            "3: `review_time` is no instant: `yesterday`",
            "5: `review_rating` is not 1 to 4: `5`",
            "6: `card_id` is no number: `seven`",
        ]
    );
    assert_eq!(log::parse("a,b\n", ZoneOffset::UTC, DayStart::DEFAULT).1.len(), 1);
}

#[test]
fn the_blend_beats_every_other_predictor_on_the_real_log_beyond_chance() {
    let rows = real_rows();
    let blend = losses(&rows, &predictions(&mut Blend::default(), &rows));
    let fsrs = losses(&rows, &predictions(&mut FsrsPredictor::new("fsrs", &Parameters::DEFAULT), &rows));
    let mean = blend.iter().sum::<f64>() / blend.len() as f64;
    assert!(mean < 0.4215, "{mean}");
    let (_, high) = bootstrap(&blend, &fsrs, Seed(1), 400).unwrap();
    assert!(high < -0.005, "{high}");
}

#[test]
fn a_live_showing_is_the_one_that_is_recorded() {
    let (answers, _) = log::parse(LOG, ZoneOffset::UTC, DayStart::DEFAULT);
    let mut ledger = Ledger::default();
    for answer in &answers {
        let before = ledger.showing(answer.card, answer.at, answer.day);
        assert_eq!(ledger.record(answer).showing, before);
    }
}

#[test]
fn nothing_is_fitted_on_what_it_is_tested_on() {
    let rows = real_rows();
    let mut pasts = Vec::new();
    let made = fitted_predictions(&rows, |past| {
        pasts.push(scored(past).count());
        Box::new(FsrsPredictor::new("fsrs", &Parameters::DEFAULT))
    });
    assert_eq!(pasts, [0, 750, 1_350, 1_950, 2_550, 3_150]);
    // Fitting nothing must change nothing.
    let plain = predictions(&mut FsrsPredictor::new("fsrs", &Parameters::DEFAULT), &rows);
    assert_eq!(made, plain);
    for few in 0..8 {
        let rows = daily(&vec![Grade::Good; few]);
        let made = fitted_predictions(&rows, |_| Box::new(Average::default()));
        assert_eq!(made.len(), few.saturating_sub(1));
    }
}
