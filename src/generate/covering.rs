//! Covering arrays: a few rows in which every pair of classes of any two factors occurs at least once.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// The number of consecutive arrays without an improvement after which the search stops.
const IN_VAIN: usize = 10;

/// The work spent on an array: several are built from different starts, and the smallest is used.
struct Effort {
    starts: usize,
    /// The number of rows that compete for each place in the array. The best of them is used.
    candidates: usize,
}

impl Effort {
    /// Returns the effort for a number of pairs. Small arrays are cheap, so many are built. A large array takes longer,
    /// and further starts gain little.
    fn of(pairs: usize) -> Self {
        match pairs {
            0..1_000 => Self { starts: 64, candidates: 24 },
            _ => Self { starts: (12_000 / pairs).max(1), candidates: 12 },
        }
    }
}

/// The maximum number of cached arrays.
const REMEMBERED: usize = 4_096;

/// An array. Each row gives each factor one of its levels.
pub type Array = Vec<Vec<usize>>;

/// A cache of arrays, so that each shape is built only once.
#[derive(Debug, Default)]
pub struct Arrays {
    known: Mutex<HashMap<Vec<usize>, Arc<Array>>>,
    /// Whether all arrays are empty, because none is needed.
    are_empty: bool,
}

impl Arrays {
    /// Creates a source of empty arrays.
    pub fn empty() -> Self {
        Self { are_empty: true, ..Self::default() }
    }

    /// Returns [`rows`], new or cached.
    pub fn rows(&self, levels: &[usize]) -> Arc<Array> {
        if self.are_empty {
            return Arc::default();
        }
        let lock = || self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = lock().get(levels) {
            return Arc::clone(known);
        }
        let made = Arc::new(rows(levels));
        let mut all = lock();
        if all.len() < REMEMBERED {
            all.insert(levels.to_vec(), Arc::clone(&made));
        }
        made
    }
}

/// Builds rows that cover every pair of levels. `levels[f]` is the number of levels of factor `f`; a row gives each
/// factor one of them. The same levels always give the same rows.
fn rows(levels: &[usize]) -> Array {
    if levels.len() < 2 || levels.contains(&0) {
        return single(levels);
    }
    let lower_bound = lower_bound(levels);
    let all = Pairs::all(levels);
    let mut best: Option<Array> = None;
    let effort = Effort::of(all.left);
    let mut in_vain = 0;
    for start in 0..effort.starts {
        let array = without_spare_rows(&all, array(levels, all.clone(), start, effort.candidates));
        let is_smaller = best.as_ref().is_none_or(|best| array.len() < best.len());
        let is_minimal = array.len() == lower_bound;
        best = if is_smaller { Some(array) } else { best };
        in_vain = if is_smaller { 0 } else { in_vain + 1 };
        if is_minimal || in_vain > IN_VAIN {
            break;
        }
    }
    best.unwrap_or_default()
}

/// Returns a lower bound for the number of rows: the two largest factors need one row for each of their pairs, and `N`
/// rows cover the pairs of at most `N-1 choose N/2` (rounded up) factors of two levels (Kleitman and Spencer, "Families
/// of k-independent sets", 1973).
fn lower_bound(levels: &[usize]) -> usize {
    let mut sizes = levels.to_vec();
    sizes.sort_unstable();
    let of_largest: usize = sizes.iter().rev().take(2).product();
    let factors = levels.iter().filter(|count| **count > 1).count();
    let choose = |n: usize, k: usize| (0..k).fold(1, |all: usize, i| all.saturating_mul(n - i) / (i + 1));
    let of_factors = (4..).find(|rows: &usize| choose(rows - 1, rows.div_ceil(2)) >= factors).unwrap_or(0);
    if factors > 2 { of_largest.max(of_factors) } else { of_largest }
}

/// Builds one array, a different one for each `start`.
fn array(levels: &[usize], mut open: Pairs, start: usize, candidates: usize) -> Array {
    let mut array = Vec::new();
    let mut room = Candidate::default();
    while open.left > 0 {
        let seeds = open.seeds(levels);
        let most_possible = open.left.min(levels.len() * (levels.len() - 1) / 2);
        let mut best: Option<(usize, Vec<usize>)> = None;
        for turn in (0..candidates).map(|turn| scrambled((start * 1000 + array.len()) * candidates + turn)) {
            let gain = room.fill(levels, &open, seeds[turn % seeds.len()], turn);
            if best.as_ref().is_none_or(|(best, _)| gain > *best) {
                best = Some((gain, room.row.clone()));
            }
            if gain == most_possible {
                break;
            }
        }
        let Some((_, row)) = best else { break };
        open.cover(&row);
        array.push(row);
    }
    array
}

/// Builds the rows for one factor or none: each level once.
fn single(levels: &[usize]) -> Array {
    match levels {
        [count] => (0..*count).map(|level| vec![level]).collect(),
        _ => Vec::new(),
    }
}

/// The pairs that no row covers yet: for each level of each factor, the set of levels with which it has not occurred.
#[derive(Clone)]
struct Pairs {
    /// The index of the first level of each factor among all levels.
    starts: Vec<usize>,
    /// The number of words per set, with one bit per level.
    words: usize,
    /// The sets, one after another.
    open: Vec<u64>,
    /// The number of open pairs of each level.
    degree: Vec<usize>,
    left: usize,
}

impl Pairs {
    fn all(levels: &[usize]) -> Self {
        let total: usize = levels.iter().sum();
        let starts: Vec<usize> =
            levels.iter().scan(0, |next, count| Some(std::mem::replace(next, *next + count))).collect();
        let words = total.div_ceil(64);
        let mut pairs = Self { starts, words, open: vec![0; total * words], degree: vec![0; total], left: 0 };
        for (f, count) in levels.iter().enumerate() {
            let own = pairs.starts[f]..pairs.starts[f] + count;
            for level in own.clone() {
                for other in (0..total).filter(|other| !own.contains(other)) {
                    pairs.open[level * words + other / 64] |= 1 << (other % 64);
                }
                pairs.degree[level] = total - count;
                pairs.left += total - count;
            }
        }
        pairs.left /= 2;
        pairs
    }

    fn is_open(&self, one: usize, other: usize) -> bool {
        self.open[one * self.words + other / 64] & (1 << (other % 64)) != 0
    }

    /// Returns the number of these levels with which a level has not occurred.
    fn gain(&self, level: usize, chosen: &[u64]) -> usize {
        let set = &self.open[level * self.words..(level + 1) * self.words];
        set.iter().zip(chosen).map(|(set, chosen)| (set & chosen).count_ones() as usize).sum()
    }

    fn close(&mut self, one: usize, other: usize) {
        if !self.is_open(one, other) {
            return;
        }
        for (level, of) in [(one, other), (other, one)] {
            self.open[level * self.words + of / 64] &= !(1 << (of % 64));
            self.degree[level] -= 1;
        }
        self.left -= 1;
    }

    fn cover(&mut self, row: &[usize]) {
        for f in 0..row.len() {
            for g in f + 1..row.len() {
                self.close(self.starts[f] + row[f], self.starts[g] + row[g]);
            }
        }
    }

    /// Returns the levels with the most open pairs, each with its factor.
    fn seeds(&self, levels: &[usize]) -> Vec<(usize, usize)> {
        let best = self.degree.iter().copied().max().unwrap_or(0);
        let all = levels.iter().enumerate().flat_map(|(f, count)| (0..*count).map(move |level| (f, level)));
        all.filter(|(f, level)| self.degree[self.starts[*f] + level] == best).collect()
    }
}

/// A row that is being built. Rows are built one after another in the same memory.
#[derive(Default)]
struct Candidate {
    row: Vec<usize>,
    order: Vec<(usize, usize)>,
    chosen: Vec<u64>,
    equals: Vec<usize>,
}

impl Candidate {
    /// Builds a row that covers many open pairs: it begins with the seed and adds, factor by factor, the level that
    /// covers the most pairs with those already chosen. `turn` decides between equal levels and sets the order of the
    /// factors. Returns the number of covered pairs.
    fn fill(&mut self, levels: &[usize], open: &Pairs, (first, level): (usize, usize), turn: usize) -> usize {
        self.row.clear();
        self.row.resize(levels.len(), 0);
        self.row[first] = level;
        self.chosen.clear();
        self.chosen.resize(open.words, 0);
        self.choose(open.starts[first] + level);
        self.order.clear();
        let others = (0..levels.len()).filter(|factor| *factor != first);
        self.order.extend(others.map(|factor| (scrambled(turn.wrapping_add(factor)), factor)));
        self.order.sort_unstable();
        let mut gain = 0;
        for place in 0..self.order.len() {
            let (_, factor) = self.order[place];
            let (best, level) = self.best_level(levels, open, factor, turn);
            gain += best;
            self.row[factor] = level;
            self.choose(open.starts[factor] + level);
        }
        gain
    }

    fn choose(&mut self, level: usize) {
        self.chosen[level / 64] |= 1 << (level % 64);
    }

    fn best_level(&mut self, levels: &[usize], open: &Pairs, factor: usize, turn: usize) -> (usize, usize) {
        let mut best = 0;
        self.equals.clear();
        for level in 0..levels[factor] {
            let gain = open.gain(open.starts[factor] + level, &self.chosen);
            if gain > best {
                best = gain;
                self.equals.clear();
            }
            if gain == best {
                self.equals.push(level);
            }
        }
        (best, self.equals[scrambled(turn ^ factor) % self.equals.len()])
    }
}

/// Scrambles a number, always in the same way (the finaliser of SplitMix64).
fn scrambled(number: usize) -> usize {
    let mut mixed = (number as u64).wrapping_add(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    (mixed ^ (mixed >> 31)) as usize
}

/// Removes rows whose pairs all occur in other rows too, starting with the last row.
fn without_spare_rows(all: &Pairs, mut array: Array) -> Array {
    let total = all.degree.len();
    let mut times = vec![0_u32; total * total];
    for row in &array {
        pairs_of(all, row).for_each(|pair| times[pair] += 1);
    }
    for index in (0..array.len()).rev() {
        if pairs_of(all, &array[index]).all(|pair| times[pair] > 1) {
            pairs_of(all, &array[index]).for_each(|pair| times[pair] -= 1);
            array.remove(index);
        }
    }
    array
}

/// Iterates over the pairs of levels in a row, each as one number.
fn pairs_of<'a>(all: &'a Pairs, row: &'a [usize]) -> impl Iterator<Item = usize> + 'a {
    let level = |factor: usize| all.starts[factor] + row[factor];
    (0..row.len()).flat_map(move |f| (f + 1..row.len()).map(move |g| level(f) * all.degree.len() + level(g)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn covers_all(levels: &[usize], array: &[Vec<usize>]) -> bool {
        let mut open = Pairs::all(levels);
        array.iter().for_each(|row| open.cover(row));
        open.left == 0
    }

    fn levels(groups: &[(usize, usize)]) -> Vec<usize> {
        groups.iter().flat_map(|(levels, factors)| vec![*levels; *factors]).collect()
    }

    /// Limits the sizes to those that PICT publishes plus ten per cent.
    #[test]
    fn array_sizes_are_close_to_those_of_other_generators() {
        for (groups, pict) in
            [(&[(3, 4)][..], 9), (&[(3, 13)], 18), (&[(4, 15), (3, 17), (2, 29)], 37), (&[(2, 100)], 15)]
        {
            let levels = levels(groups);
            let array = rows(&levels);
            assert!(covers_all(&levels, &array), "{groups:?}");
            assert!(array.len() * 10 <= pict * 11, "{groups:?}: {} rows, PICT has {pict}", array.len());
        }
    }

    #[test]
    fn arrays_are_not_smaller_than_the_lower_bound() {
        let sizes = [(2, 4), (3, 4), (4, 5), (10, 6), (11, 7), (15, 7), (35, 8)];
        for (factors, rows) in sizes {
            assert_eq!(lower_bound(&vec![2; factors]), rows, "{factors} factors");
        }
        assert_eq!(lower_bound(&[3, 1, 4]), 12);
        assert_eq!(lower_bound(&[1, 1]), 1);
    }

    #[test]
    fn arrays_of_few_factors_cover_all_pairs() {
        assert!(rows(&[]).is_empty());
        assert_eq!(rows(&[3]), [[0], [1], [2]]);
        assert_eq!(rows(&[1, 2]).len(), 2);
        assert_eq!(rows(&[2, 3, 1]).len(), 6);
    }
}
