search-title = Search
search-for = Words, a number, a name, an address or a phone number
search-go = Search
search-help = Words from subjects, messages, notes and files, a ticket’s number, a name, an address or a phone number. “Quotes” keep words together, -word leaves out, in:subject, from:name and is:open narrow.
search-start = What are you looking for?
search-nothing = Nothing found for “{ $asked }”
search-facets = Narrow down
search-facet-noun = What
search-facet-time = Changed
search-noun-ticket = Tickets
search-noun-contact = Contacts
search-noun-organisation = Organisations
search-days-1 = last 24 hours
search-days-7 = last 7 days
search-days-30 = last 30 days
search-days-365 = last year
search-all = Show everything
search-count = { $count ->
    [one] one result
   *[other] { $count } results
}
search-forgiven = Nothing fits exactly; similar words are shown.
search-sort = Order
search-by-relevance = Best first
search-by-time = Newest first
search-more = More
search-none-chosen = Nothing fits this choice.
search-building = The index is being built
search-building-help = Until it is whole, some things are not found.
search-others = The search does not know these words:
search-others-help = They were left out.
problem-search-not-ready = The search is not ready yet. Please try again in a moment
