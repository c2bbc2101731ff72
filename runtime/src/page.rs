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

    /// Where the list goes on.
    fn page_token(&self) -> Option<&str>;

    /// Sets where the list goes on.
    fn set_page_token(&mut self, page_token: String);

    /// Takes a page apart: items, whether there are more, and where.
    fn split(page: Self::Response) -> (Vec<Self::Item>, bool, String);

    /// Whether there are more pages, and where.
    fn next(page: &Self::Response) -> (bool, &str);
}

/// Implements [`Paged`] for a request.
///
/// ```text
/// paged! { List => Task { page_token, ListResponse { items, page_token, has_more } } }
/// ```
#[macro_export]
macro_rules! paged {
    ($request:ty => $item:ty {
        $token:ident,
        $response:ident { $items:ident, $next:ident, $more:ident $(,)? } $(,)?
    }) => {
        impl $crate::Paged for $request {
            type Item = $item;

            #[inline]
            fn page_token(&self) -> ::core::option::Option<&str> {
                self.$token.as_deref()
            }

            #[inline]
            fn set_page_token(&mut self, page_token: ::std::string::String) {
                self.$token = ::core::option::Option::Some(page_token);
            }

            #[inline]
            fn split(
                page: <Self as $crate::Request>::Response,
            ) -> (::std::vec::Vec<$item>, bool, ::std::string::String) {
                (page.$items, page.$more.unwrap_or_default(), page.$next)
            }

            #[inline]
            fn next(page: &<Self as $crate::Request>::Response) -> (bool, &str) {
                (page.$more.unwrap_or_default(), &page.$next)
            }
        }
    };
}

/// The pages of a list, fetched one by one as they are asked for.
///
/// Ends after the page without `has_more`, or after an error.
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
        let page_token = call.request().page_token().map(str::to_owned);
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
    /// A request with this page token goes on here.
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
        let (has_more, page_token) = R::next(&page);
        if !has_more {
            return Ok(page);
        }
        // An empty token would restart at the first page.
        if page_token.is_empty() || self.cycle.closes_with(page_token) {
            let message = "`has_more` is true, but `page_token` is empty or was there before";
            let failure = Error::new(Kind::UnexpectedAnswer, message);
            self.failure = Some(failure.with_operation(R::OPERATION.id));
            return Ok(page);
        }
        self.page_token = Some(page_token.to_owned());
        call.request_mut().set_page_token(page_token.to_owned());
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
                Some(Ok(page)) => self.items = R::split(page).0.into_iter(),
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
