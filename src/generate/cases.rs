//! The cases of a run, in order. Cases from specs are expanded when they are needed, one operation at a time, so that a
//! million cases need no more memory than those of a few operations.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use rayon::prelude::*;

use crate::case::Case;
use crate::spec::model::{Operation, Service, Specs};

use super::{Depth, Generator};

/// The maximum number of cases that are kept expanded. The cases of one operation are kept even if there are more.
const KEPT: usize = 8_192;

/// The cases of an operation.
pub type Expanded = Arc<[Arc<Case>]>;

/// Cases in order.
#[derive(Debug, Clone, Default)]
pub struct Cases {
    blocks: Vec<Block>,
    len: usize,
    expander: Arc<Expander>,
}

/// Cases that are generated together.
#[derive(Debug, Clone)]
struct Block {
    /// The number of its first case.
    first: usize,
    made: Made,
}

#[derive(Debug, Clone)]
enum Made {
    /// Existing cases.
    Given(Expanded),
    /// Cases from a spec: all of them, or the indexes of the selected ones.
    Implied(Key, Chosen),
}

#[derive(Debug, Clone)]
enum Chosen {
    All(usize),
    Some(Arc<[u32]>),
}

/// An operation, by its indexes in the specs, and a depth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Key {
    place: (usize, usize),
    depth: Depth,
}

/// Expands operations and keeps the most recent results.
#[derive(Debug, Default)]
struct Expander {
    specs: Arc<Specs>,
    generator: Generator,
    recent: Mutex<VecDeque<(Key, Expanded)>>,
}

impl Expander {
    fn expand(&self, specs: &Specs, key: Key) -> Expanded {
        let Some((service, operation)) = specs.at(key.place) else { return Arc::default() };
        self.generator.cases(service, operation, key.depth).cases.into_iter().map(Arc::new).collect()
    }

    fn expanded(&self, key: Key) -> Expanded {
        let mut recent = self.recent.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, known)) = recent.iter().find(|(known, _)| *known == key) {
            return Arc::clone(known);
        }
        let made = self.expand(&self.specs, key);
        keep(&mut recent, key, &made);
        made
    }
}

/// Keeps expanded cases, and drops the oldest if there are too many.
fn keep(recent: &mut VecDeque<(Key, Expanded)>, key: Key, made: &Expanded) {
    recent.push_back((key, Arc::clone(made)));
    let mut kept: usize = recent.iter().map(|(_, cases)| cases.len()).sum();
    while kept > KEPT && recent.len() > 1 {
        kept -= recent.pop_front().map_or(0, |(_, cases)| cases.len());
    }
}

impl Block {
    fn len(&self) -> usize {
        match &self.made {
            Made::Given(cases) => cases.len(),
            Made::Implied(_, Chosen::All(count)) => *count,
            Made::Implied(_, Chosen::Some(places)) => places.len(),
        }
    }

    /// Returns the index of its case with that number among the cases that are generated together.
    fn place(&self, number: usize) -> Option<usize> {
        match &self.made {
            Made::Implied(_, Chosen::Some(places)) => Some(*places.get(number)? as usize),
            Made::Given(_) | Made::Implied(_, Chosen::All(_)) => Some(number),
        }
    }
}

impl From<Vec<Case>> for Cases {
    fn from(cases: Vec<Case>) -> Self {
        let mut all = Self::default();
        all.extend(cases);
        all
    }
}

impl Cases {
    /// Expands the specs at a depth. `work` runs on several threads with each tested operation, its place and its
    /// cases. `take` receives the results in the order of the specs.
    pub fn implied<T: Send>(
        specs: Arc<Specs>,
        depth: Depth,
        work: impl Fn((usize, usize), (&Service, &Operation), &Expanded) -> T + Sync,
        mut take: impl FnMut(T),
    ) -> Self {
        let expander = Arc::new(Expander { specs, ..Expander::default() });
        let mut all = Self { expander: Arc::clone(&expander), ..Self::default() };
        let tested = expander.specs.placed().filter(|(.., operation)| !operation.support);
        let keys: Vec<Key> = tested.map(|(place, ..)| Key { place, depth }).collect();
        let expanded = in_parallel(&keys, |key| {
            let cases = expander.expand(&expander.specs, *key);
            let done = expander.specs.at(key.place).map(|of| work(key.place, of, &cases));
            (*key, cases, done)
        });
        for (key, cases, done) in expanded {
            all.push(Made::Implied(key, Chosen::All(cases.len())));
            keep(&mut expander.recent.lock().unwrap_or_else(PoisonError::into_inner), key, &cases);
            done.into_iter().for_each(&mut take);
        }
        all
    }

    /// Returns the number of cases.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Returns `true` if there are no cases.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Returns the case with that number.
    pub fn get(&self, index: usize) -> Option<Arc<Case>> {
        let block = self.blocks.partition_point(|block| block.first <= index).checked_sub(1)?;
        let block = &self.blocks[block];
        self.made_with(block).get(block.place(index - block.first)?).cloned()
    }

    /// Iterates over all cases in order.
    pub fn iter(&self) -> impl Iterator<Item = Arc<Case>> + '_ {
        self.blocks.iter().flat_map(|block| {
            let made = self.made_with(block);
            (0..block.len()).filter_map(move |number| made.get(block.place(number)?).cloned())
        })
    }

    /// Returns all cases that are generated together with those of a block.
    fn made_with(&self, block: &Block) -> Expanded {
        match &block.made {
            Made::Given(cases) => Arc::clone(cases),
            Made::Implied(key, _) => self.expander.expanded(*key),
        }
    }

    /// Returns the cases of an operation at the standard depth; `place` is its place in the specs.
    pub fn standard(&self, specs: &Specs, place: (usize, usize)) -> Expanded {
        let key = Key { place, depth: Depth::Standard };
        match std::ptr::eq(specs, &*self.expander.specs) {
            true => self.expander.expanded(key),
            // Cases that were given directly come without specs.
            false => self.expander.expand(specs, key),
        }
    }

    /// Returns the wanted cases.
    #[must_use]
    pub fn select(&self, mut is_wanted: impl FnMut(&Case) -> bool) -> Self {
        let mut selected = Self { expander: Arc::clone(&self.expander), ..Self::default() };
        for block in &self.blocks {
            let made = self.made_with(block);
            let places = (0..block.len()).filter_map(|number| block.place(number));
            let wanted: Vec<usize> = places.filter(|place| is_wanted(&made[*place])).collect();
            selected.push(match &block.made {
                all if wanted.len() == block.len() => all.clone(),
                Made::Given(_) => Made::Given(wanted.iter().map(|place| Arc::clone(&made[*place])).collect()),
                Made::Implied(key, _) => {
                    let places = wanted.into_iter().filter_map(|place| u32::try_from(place).ok());
                    Made::Implied(*key, Chosen::Some(places.collect()))
                }
            });
        }
        selected
    }

    /// Adds existing cases.
    pub fn extend(&mut self, cases: impl IntoIterator<Item = Case>) {
        self.push(Made::Given(cases.into_iter().map(Arc::new).collect()));
    }

    /// Returns all cases in one list. This needs memory for every case.
    pub fn to_vec(&self) -> Vec<Case> {
        self.iter().map(|case| Case::clone(&case)).collect()
    }

    fn push(&mut self, made: Made) {
        let block = Block { first: self.len, made };
        self.len += block.len();
        if block.len() > 0 {
            self.blocks.push(block);
        }
    }
}

/// The number of items per thread and round: enough that no thread waits long for another.
const ITEMS_PER_THREAD: usize = 4;

/// Processes several items in parallel. The results are in the order of the items.
pub fn in_parallel<'i, I: Sync, T: Send + 'i>(
    items: &'i [I],
    work: impl Fn(&'i I) -> T + Sync + 'i,
) -> impl Iterator<Item = T> + 'i {
    let at_once = ITEMS_PER_THREAD * rayon::current_num_threads();
    items.chunks(at_once).flat_map(move |chunk| chunk.par_iter().map(&work).collect::<Vec<T>>())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::span::Source;
    use crate::spec::read::{SpecFile, read};

    const SERVICE: &str = "service: a\nvendor: Me\nversion: v1\nprotocol: acs-rpc\n";

    /// Creates operations with the same parameters.
    fn specs(operations: usize) -> Arc<Specs> {
        let file = |name: &str, text: String| SpecFile {
            folder: "me/a".to_owned(),
            file_name: format!("{name}.yaml"),
            source: Source::new(name, text),
        };
        let operation = |number: usize| {
            let text = format!(
                "operation: Do{number}\npage: {{title: Do}}\nparameters:\n  Name: {{type: string, required: true, length: 2..12, \
                 characters: letters, example: tom}}\nerrors:\n- {{code: Bad, when: {{Name: [length, characters]}}}}\n"
            );
            file(&format!("Do{number}"), text)
        };
        let files: Vec<SpecFile> =
            [file("service", SERVICE.to_owned())].into_iter().chain((0..operations).map(operation)).collect();
        Arc::new(read(&files).unwrap())
    }

    fn ids(cases: &Cases) -> Vec<String> {
        cases.iter().map(|case| case.id.clone()).collect()
    }

    fn implied(specs: &Arc<Specs>) -> Cases {
        Cases::implied(Arc::clone(specs), Depth::Standard, |_, _, _| (), drop)
    }

    #[test]
    fn cases_are_numbered_in_spec_order() {
        let specs = specs(40);
        let cases = implied(&specs);
        let all: Vec<String> = super::super::all(&specs, Depth::Standard)
            .into_iter()
            .flat_map(|file| file.cases)
            .map(|case| case.id)
            .collect();
        assert_eq!(ids(&cases), all);
        // From the last to the first, so that dropped cases are expanded again.
        let by_number: Vec<String> =
            (0..cases.len()).rev().map(|at| cases.get(at).unwrap().id.clone()).collect();
        assert!(by_number.iter().rev().eq(&all));
        assert!(cases.get(cases.len()).is_none());
    }

    #[test]
    fn selected_cases_can_be_selected_again() {
        let specs = specs(3);
        let mut cases = implied(&specs);
        let own = Case { id: "Do1/own".to_owned(), ..Case::clone(&cases.get(0).unwrap()) };
        cases.extend([own]);
        let of_two = cases.select(|case| !case.id.starts_with("Do0/"));
        let lengths = of_two.select(|case| case.id.contains("/length/") || case.id.ends_with("/own"));
        let wanted: Vec<String> = ids(&cases)
            .into_iter()
            .filter(|id| !id.starts_with("Do0/") && (id.contains("/length/") || id.ends_with("/own")))
            .collect();
        assert!(wanted.len() > 4 && wanted.last().is_some_and(|id| id == "Do1/own"));
        assert_eq!(ids(&lengths), wanted);
        assert_eq!(lengths.len(), wanted.len());
    }

    #[test]
    fn cache_of_expanded_cases_is_bounded() {
        let specs = specs(120);
        let cases = implied(&specs);
        assert!(cases.len() > KEPT, "{} cases", cases.len());
        cases.iter().for_each(drop);
        let recent = cases.expander.recent.lock().unwrap();
        assert!(recent.iter().map(|(_, cases)| cases.len()).sum::<usize>() <= KEPT);
    }
}
