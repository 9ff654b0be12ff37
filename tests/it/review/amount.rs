//! What a day holds: how many cards, which, and in which order.

use super::*;

#[test]
fn new_cards_are_limited_by_the_day_over_any_number_of_sittings_and_more_can_be_asked_for() {
    let world = World::empty().deck("d", &plain_deck("d", 20)).set(|settings| settings.new_per_day = 3);
    let mut seat = world.seat();
    let _ = seat.review(" 3 3q");
    let _ = seat.review(" 3 3q");
    assert_eq!(seat.log().len(), 3, "two, then one");
    // An answer taken back gives its room back.
    let _ = seat.review("uq");
    let _ = seat.review(" 3 3q");
    assert_eq!(seat.log().len(), 5, "three answers, one of them twice, and the retraction");
    seat.app.allow_more(2).unwrap();
    let _ = seat.review(" 3 3 3q");
    assert_eq!(seat.log().len(), 7);
    seat.pass_days(1);
    let terminal = seat.review("q");
    assert!(terminal.screens()[0].contains("3 new"), "more was for one day:\n{}", terminal.screens()[0]);
}

#[test]
fn a_day_that_uses_up_a_deck_goes_on_with_the_decks_that_waited_for_it() {
    let after = |required: &str, name: &str| {
        format!("---\nname = \"{name}\"\nrequires = [\"{required}\"]\n---\n\n{}", plain_deck(name, 3))
    };
    let world = World::empty()
        .deck("a", &plain_deck("a", 3))
        .deck("b", &after("a", "b"))
        .deck("c", &after("b", "c"))
        .set(|settings| settings.new_per_day = 8);
    let terminal = world.seat().review(&" 3".repeat(12));
    let decks: String = asked(&terminal).into_iter().map(|card| card.0).collect();
    assert_eq!(decks, "aaabbbcc", "in order, and no more than the day holds");
}

#[test]
fn reviews_are_limited_by_the_day_and_new_cards_pause_in_a_backlog() {
    let world = World::empty().deck("d", &plain_deck("d", 6));
    let mut seat = world.seat();
    let _ = seat.review(" 3 3 3 3q");
    drop(seat);
    let world = world.set(|settings| settings.reviews_per_day = 2);
    world.pass_days(1);
    let mut seat = world.seat();
    let _ = seat.review(" 3 3 3 3q");
    assert_eq!(seat.log().len(), 6, "two of the four due, and none of the two new");
    let _ = seat.review(" 3q");
    assert_eq!(seat.log().len(), 6, "the day holds no more");
    seat.pass_days(1);
    let _ = seat.review(" 3 3 3 3q");
    assert_eq!(seat.log().len(), 6 + 4, "the backlog is gone: the other two, and both new ones");
}

#[test]
fn a_sitting_can_be_bounded_by_cards_and_by_minutes() {
    let world = World::empty().deck("d", &plain_deck("d", 9));
    let mut seat = world.seat();
    let mut session = seat.plan(&Wanted::default(), Sitting { limit: Some(2), ..REVIEW });
    let mut terminal = ScriptedTerminal::new(80, 24).keys(" 3 3 3q");
    let _ = seat.run(&mut session, &mut terminal);
    assert_eq!(seat.log().len(), 2);
    let mut session = seat.plan(&Wanted::default(), Sitting { minutes: Some(1), ..REVIEW });
    let mut terminal = ScriptedTerminal::new(80, 24).keys(" 3 ");
    let _ = seat.run(&mut session, &mut terminal);
    seat.pass(2 * MINUTE);
    let mut terminal = ScriptedTerminal::new(80, 24).keys("3 3q");
    let _ = seat.run(&mut session, &mut terminal);
    assert_eq!(seat.log().len(), 4, "the card being answered is finished, and no other begun");
}

#[test]
fn a_review_can_be_narrowed_to_decks_levels_tags_and_files() {
    let head = |level: &str, tag: &str| format!("---\nlevel = \"{level}\"\ntags = [\"{tag}\"]\n---\n");
    let world = World::empty()
        .deck("one", &(head("beginner", "red") + &plain_deck("one", 2)))
        .deck("two", &(head("advanced", "blue") + &plain_deck("two", 2)));
    let file = world.folder().join("loose.md");
    std::fs::write(&file, plain_deck("loose", 1)).unwrap();
    let first = |args: &[&str]| {
        let mut all = vec!["review", "--json"];
        all.extend(args);
        let said = world.feed(&all, "{\"command\":\"quit\"}\n").success();
        let cards = said.lines().next().unwrap().split("\"cards\":").nth(1).unwrap();
        let cards: usize = cards.split(',').next().unwrap().parse().unwrap();
        let key = said.lines().nth(1).unwrap().split("\"key\":\"").nth(1).unwrap().split('"').next().unwrap();
        (cards, key.split('-').next().unwrap().to_owned())
    };
    assert_eq!(first(&["--deck", "two"]), (2, "two".into()));
    assert_eq!(first(&["--deck", "two", "--deck", "one"]).0, 4);
    assert_eq!(first(&["--level", "beginner"]), (2, "one".into()));
    assert_eq!(first(&["--tag", "blue"]), (2, "two".into()));
    assert_eq!(first(&[file.to_str().unwrap()]), (1, "loose".into()));
    assert_eq!(first(&[]).0, 4, "a file that was only named is not at hand afterwards");
    world
        .run(&["review", "--deck", "twoo"])
        .failure(2, "error: there is no deck `twoo`\nhint: did you mean `two`\n");
    world.run(&["review", "--tag", "green"]).failure(2, "error: there is no card with the tag `green`\n");
}

#[test]
fn a_registered_folder_takes_part_until_it_is_taken_off() {
    let world = World::empty();
    let folder = world.folder().join("more");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("extra.md"), plain_deck("extra", 2)).unwrap();
    let path = folder.canonicalize().unwrap();
    let name = path.to_str().unwrap();
    assert_eq!(
        world.run(&["deck", "add", "more"]).success(),
        format!("registered `{name}`: 1 deck, 2 cards\n")
    );
    assert_eq!(numbers(&world.seat().review("q"), "extra"), [0]);
    assert_eq!(
        world.run(&["deck", "remove", name]).success(),
        format!("`{name}` is off the register; nothing was deleted\n")
    );
    assert!(is_over(&world.seat().review("q")));
}

#[test]
fn decks_are_mixed_and_new_cards_lie_among_reviews() {
    let world = World::empty().deck("a", &plain_deck("a", 12)).deck("b", &plain_deck("b", 12));
    let mut seat = world.seat();
    let _ = seat.review(&format!("{}q", " 3".repeat(8)));
    seat.pass_days(1);
    let terminal = seat.review(&format!("{}q", " 3".repeat(24)));
    let order: Vec<(bool, String)> = asked(&terminal)
        .into_iter()
        .map(|(deck, number)| (seat.history(&format!("{deck}-{number}")).len() == 1, deck))
        .collect();
    assert_eq!(order.len(), 24);
    let new: Vec<usize> = (0..24).filter(|&place| order[place].0).collect();
    assert_eq!(new.len(), 16);
    assert!(new[0] < 6 && new.windows(2).any(|pair| pair[1] > pair[0] + 1), "woven: {new:?}");
    let changes = order.windows(2).filter(|pair| pair[0].1 != pair[1].1).count();
    assert!(changes >= 8, "mixed: {order:?}");
}

#[test]
fn cards_that_are_mistaken_for_one_another_are_kept_apart() {
    let mut deck = plain_deck("d", 14);
    deck = deck.replace("A: answer 0\n", "A: answer 0\nConfuses: d-1\n");
    let world = World::empty().deck("d", &deck);
    let mut seat = world.seat();
    let order = numbers(&seat.review(&format!("{}q", " 3".repeat(14))), "d");
    assert_eq!(order.len(), 14);
    let place = |card| order.iter().position(|&asked| asked == card).unwrap();
    assert!(place(0).abs_diff(place(1)) > 8, "{order:?}");
}
