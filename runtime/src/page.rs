//! Lists in pages, as lazy streams.

use std::fmt;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;

use crate::call::Call;
use crate::error::{Error, Kind};
use crate::request::Request;
use crate::transport::BoxFuture;

/// A request that is answered in pages; implemented by [`crate::paged!`].
pub trait Paged: Request {
    /// An item of the list.
    type Item: Send + 'static;

    /// Where the list goes on: a page token, or the number of an item or a page.
    fn position(&self) -> Option<String>;

    /// Sets where the list goes on.
    fn set_position(&mut self, position: &str);

    /// The items of a page.
    fn items(page: Self::Response) -> Vec<Self::Item>;

    /// What comes after the page that answered this request.
    fn next(&self, page: &Self::Response) -> Next;
}

impl<R: Paged> Call<R> {
    /// The items of the list, fetched page by page as they are asked for.
    ///
    /// Begins at the page token of the request, if it has one.
    /// A [`deadline`](Self::deadline) is for each page. To limit the whole list, put a timeout around the loop: a server
    /// may go on with empty pages for ever.
    pub fn stream(self) -> Items<R> {
        Items::new(self)
    }

    /// The pages of the list, fetched as they are asked for.
    ///
    /// A [`deadline`](Self::deadline) is for each page.
    pub fn pages(self) -> Pages<R> {
        Pages::new(self)
    }
}

/// What comes after a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Next {
    /// Nothing: it was the last page.
    End,
    /// The page at this position.
    At(String),
    /// There are more items, but the answer does not say where.
    Unknown,
}

impl Next {
    /// By the token of the next page; where the answer has no `has_more`, the last page has no token.
    #[doc(hidden)]
    pub fn by_token(has_more: Option<bool>, page_token: &str) -> Next {
        match (has_more, page_token) {
            (Some(false), _) | (None, "") => Next::End,
            (Some(true), "") => Next::Unknown,
            (_, page_token) => Next::At(page_token.to_owned()),
        }
    }

    /// By counting: `unit` is what one item or page counts, `seen` are the items up to the end of this page.
    ///
    /// Where the answer has no total, a page without items is the end.
    #[doc(hidden)]
    pub fn by_count(position: i64, unit: i64, seen: i64, items: usize, total: Option<i64>) -> Next {
        if items == 0 || total.is_some_and(|total| seen >= total) {
            return Next::End;
        }
        position.checked_add(unit).map_or(Next::End, |next| Next::At(next.to_string()))
    }
}

/// A field that says where a list goes on.
#[doc(hidden)]
pub trait Position {
    fn get(&self) -> Option<String>;
    fn set(&mut self, position: &str);
}

impl Position for Option<String> {
    fn get(&self) -> Option<String> {
        self.clone()
    }

    fn set(&mut self, position: &str) {
        *self = Some(position.to_owned());
    }
}

impl Position for i64 {
    fn get(&self) -> Option<String> {
        Some(self.to_string())
    }

    fn set(&mut self, position: &str) {
        // Whoever sets it has it from `Next::by_count`.
        *self = position.parse().unwrap_or(*self);
    }
}

impl Position for Option<i64> {
    fn get(&self) -> Option<String> {
        self.map(|position| position.to_string())
    }

    fn set(&mut self, position: &str) {
        *self = position.parse().ok().or(*self);
    }
}

/// Implements [`Paged`] for a request.
///
/// ```text
/// paged! { List => Task { page_token, ListResponse { items, page_token, has_more } } }
/// paged! { List => Task { page_token, ListResponse { items, page_token } } }
/// paged! { List => Task { offset: offset, ListResponse { items, total } } }
/// paged! { List => Task { number: page_index from 1 by page_size, ListResponse { items, total } } }
/// ```
///
/// `total` and `by …`, the size of a page, may be left out.
#[macro_export]
macro_rules! paged {
    ($request:ty => $item:ty {
        $token:ident,
        $response:ident { $items:ident, $next:ident $(, $more:ident)? $(,)? } $(,)?
    }) => {
        $crate::paged! { @impl $request => $item, $token, $items, |_request, page| {
            let has_more = $crate::first_of!($(::core::option::Option::Some(page.$more.unwrap_or_default()),)? ::core::option::Option::None);
            $crate::rt::Next::by_token(has_more, &page.$next)
        } }
    };
    ($request:ty => $item:ty {
        offset: $offset:ident,
        $response:ident { $items:ident $(, $total:ident)? $(,)? } $(,)?
    }) => {
        $crate::paged! { @impl $request => $item, $offset, $items, |request, page| {
            let offset = $crate::rt::number(&request.$offset).unwrap_or(0);
            let count = page.$items.len();
            let total = $crate::first_of!($(page.$total,)? ::core::option::Option::None);
            let seen = offset.saturating_add(count as i64);
            $crate::rt::Next::by_count(offset, count as i64, seen, count, total)
        } }
    };
    ($request:ty => $item:ty {
        number: $number:ident from $first:literal $(by $size:ident)?,
        $response:ident { $items:ident $(, $total:ident)? $(,)? } $(,)?
    }) => {
        $crate::paged! { @impl $request => $item, $number, $items, |request, page| {
            let number = $crate::rt::number(&request.$number).unwrap_or($first);
            let count = page.$items.len();
            let total = $crate::first_of!($(page.$total,)? ::core::option::Option::None);
            // Of a page that is not the last one, the number of items is the size.
            let size = $crate::first_of!($($crate::rt::number(&request.$size),)? ::core::option::Option::None);
            let size = size.unwrap_or(count as i64);
            let before = number.saturating_sub($first).saturating_mul(size);
            $crate::rt::Next::by_count(number, 1, before.saturating_add(count as i64), count, total)
        } }
    };
    (@impl $request:ty => $item:ty, $position:ident, $items:ident, |$this:ident, $page:ident| $next:block) => {
        impl $crate::Paged for $request {
            type Item = $item;

            #[inline]
            fn position(&self) -> ::core::option::Option<::std::string::String> {
                $crate::rt::Position::get(&self.$position)
            }

            #[inline]
            fn set_position(&mut self, position: &str) {
                $crate::rt::Position::set(&mut self.$position, position);
            }

            #[inline]
            fn items(page: <Self as $crate::Request>::Response) -> ::std::vec::Vec<$item> {
                page.$items
            }

            #[inline]
            fn next(&self, page: &<Self as $crate::Request>::Response) -> $crate::rt::Next {
                let ($this, $page) = (self, page);
                $next
            }
        }
    };
}

/// The first of what a macro may have been given.
#[doc(hidden)]
#[macro_export]
macro_rules! first_of {
    ($first:expr $(, $rest:expr)*) => {
        $first
    };
}

/// The pages of a list, fetched one by one as they are asked for.
///
/// Ends after the last page (without `has_more`, without a token for the next page, with the last of `total`
/// items, or without items, by what the operation has), or after an error.
/// Dropping it stops; what was not asked for is not fetched.
pub struct Pages<R: Paged> {
    /// `None` at the end.
    next: Option<Call<R>>,
    waiting: Option<BoxFuture<'static, Result<R::Response, Error>>>,
    page_token: Option<String>,
    cycle: CycleFinder,
    /// Told after the page that it came with.
    failure: Option<Error>,
}

impl<R: Paged> Pages<R> {
    pub(crate) fn new(call: Call<R>) -> Self {
        let page_token = call.request().position();
        Pages { next: Some(call), waiting: None, page_token, cycle: CycleFinder::default(), failure: None }
    }

    /// The next page; `None` at the end.
    ///
    /// # Errors
    ///
    /// If the page cannot be fetched; then the list is at its end, and
    /// [`page_token`](Self::page_token) still names the page.
    pub async fn try_next(&mut self) -> Result<Option<R::Response>, Error> {
        std::future::poll_fn(|context| self.poll_page(context)).await.transpose()
    }

    /// Names the page that comes next, or that failed; `None` is the first page,
    /// and at the end the last one.
    ///
    /// A request with this page token goes on here. Where lists go by an offset or by the number of the page, it is
    /// that number.
    pub fn page_token(&self) -> Option<&str> {
        self.page_token.as_deref()
    }

    fn poll_page(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<R::Response, Error>>> {
        let mut waiting = match (self.waiting.take(), &self.next) {
            (Some(waiting), _) => waiting,
            (None, Some(call)) => call.clone().into_future(),
            (None, None) => return Poll::Ready(self.failure.take().map(Err)),
        };
        let Poll::Ready(answer) = waiting.as_mut().poll(context) else {
            self.waiting = Some(waiting);
            return Poll::Pending;
        };
        Poll::Ready(Some(self.turn(answer)))
    }

    /// Notes where the list goes on after this page.
    fn turn(&mut self, answer: Result<R::Response, Error>) -> Result<R::Response, Error> {
        let Some(mut call) = self.next.take() else {
            return answer;
        };
        let page = answer?;
        let position = match call.request().next(&page) {
            Next::End => return Ok(page),
            Next::At(position) if !self.cycle.closes_with(&position) => position,
            // An empty token would restart at the first page.
            Next::At(_) | Next::Unknown => {
                let message = "there are more pages, but the token of the next one is empty or was there before";
                let failure = Error::new(Kind::UnexpectedAnswer, message);
                self.failure = Some(failure.with_operation(R::OPERATION.id));
                return Ok(page);
            }
        };
        call.request_mut().set_position(&position);
        self.page_token = Some(position);
        self.next = Some(call);
        Ok(page)
    }
}

/// Finds out in constant memory that page tokens repeat (Brent's algorithm): such
/// a list would never end.
#[derive(Debug, Default)]
struct CycleFinder {
    /// The hash of an earlier token, replaced after 1, 2, 4, 8, … others.
    landmark: Option<u64>,
    steps: u64,
    limit: u64,
}

impl CycleFinder {
    fn closes_with(&mut self, page_token: &str) -> bool {
        let mut hasher = DefaultHasher::new();
        page_token.hash(&mut hasher);
        let hash = hasher.finish();
        if self.landmark == Some(hash) {
            return true;
        }
        self.steps += 1;
        if self.steps >= self.limit {
            self.landmark = Some(hash);
            self.limit = self.limit.saturating_mul(2).max(1);
            self.steps = 0;
        }
        false
    }
}

impl<R: Paged> Stream for Pages<R> {
    type Item = Result<R::Response, Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.poll_page(context)
    }
}

// Nothing in it is pinned in place: the future is boxed.
impl<R: Paged> Unpin for Pages<R> {}

impl<R: Paged> fmt::Debug for Pages<R> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Pages")
            .field("operation", &R::OPERATION.id)
            .field("page_token", &self.page_token)
            .finish_non_exhaustive()
    }
}

/// The items of a list, fetched page by page as they are asked for.
///
/// ```text
/// let mut tasks = client.task_v2().task().list(List::new()).stream();
/// while let Some(task) = tasks.try_next().await? {
///     println!("{}", task.summary);
/// }
/// ```
pub struct Items<R: Paged> {
    pages: Pages<R>,
    items: std::vec::IntoIter<R::Item>,
    /// Names the page that `items` come from.
    page_token: Option<String>,
}

impl<R: Paged> Items<R> {
    pub(crate) fn new(call: Call<R>) -> Self {
        let pages = Pages::new(call);
        Items { page_token: pages.page_token.clone(), pages, items: Vec::new().into_iter() }
    }

    /// The next item; `None` at the end.
    ///
    /// # Errors
    ///
    /// If a page cannot be fetched; then the list is at its end.
    pub async fn try_next(&mut self) -> Result<Option<R::Item>, Error> {
        std::future::poll_fn(|context| self.poll_item(context)).await.transpose()
    }

    /// Names the page that the last item came from, or that failed; `None` is the
    /// first page.
    ///
    /// A request with this page token goes on at the beginning of that page.
    pub fn page_token(&self) -> Option<&str> {
        self.page_token.as_deref()
    }

    fn poll_item(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<R::Item, Error>>> {
        loop {
            if let Some(item) = self.items.next() {
                return Poll::Ready(Some(Ok(item)));
            }
            self.page_token.clone_from(&self.pages.page_token);
            match ready!(self.pages.poll_page(context)) {
                None => return Poll::Ready(None),
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                Some(Ok(page)) => self.items = R::items(page).into_iter(),
            }
        }
    }
}

impl<R: Paged> Stream for Items<R> {
    type Item = Result<R::Item, Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.poll_item(context)
    }
}

impl<R: Paged> Unpin for Items<R> {}

impl<R: Paged> fmt::Debug for Items<R> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Items")
            .field("operation", &R::OPERATION.id)
            .field("page_token", &self.page_token)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::CycleFinder;

    #[test]
    fn every_cycle_is_found_and_no_other() {
        let mut finder = CycleFinder::default();
        assert!((0..10_000).all(|number| !finder.closes_with(&number.to_string())));
        for (start, length) in [(0, 1), (0, 2), (1, 3), (100, 7), (5, 100)] {
            let mut finder = CycleFinder::default();
            let token = |number: usize| match number {
                number if number < start => number,
                number => start + (number - start) % length,
            };
            let found = (0..10_000).find(|number| finder.closes_with(&token(*number).to_string()));
            let found = found.unwrap();
            assert!(found >= start + length && found <= 4 * (start + length), "{found}");
        }
    }
}
