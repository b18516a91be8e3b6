// All that is told of a person (RGPD art. 15): each content about them with its names, its terms
// and holds, each event of it, and each act of an administrator that names the person. Events are
// read in pages. What was altered, of a row or of what is known of the person, stops none of them.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/json/object.hpp>
#include <optional>
#include <vector>

#include "desk/site/site.hpp"
#include "desk/verbs/verb.hpp"

namespace consign::desk {

class SubjectReport {
  public:
    /// `id`: none where no content is about the person (any more).
    SubjectReport(Site& site, RowSink& sink, catalog::Subject subject,
                  std::optional<catalog::SubjectId> id)
        : site_(site), sink_(sink), subject_(std::move(subject)), id_(id) {}

    /// Does anything name the person: a content, or an act that was more than a question?
    [[nodiscard]] boost::asio::awaitable<Result<bool>> has_something();
    /// desk/reports/subject_verbs.hpp's rows, after that.
    [[nodiscard]] boost::asio::awaitable<Result<>> tell();
    /// What stands after them.
    [[nodiscard]] boost::json::object end() const;

  private:
    [[nodiscard]] boost::asio::awaitable<Result<>> give(std::vector<boost::json::object> rows);
    [[nodiscard]] boost::asio::awaitable<Result<>> collect_files();
    [[nodiscard]] boost::asio::awaitable<Result<>> collect_holds();
    [[nodiscard]] boost::asio::awaitable<Result<>> collect_acts();
    [[nodiscard]] boost::asio::awaitable<Result<>> tell_file(catalog::FileId file);
    [[nodiscard]] boost::asio::awaitable<Result<>> tell_events(Id stream);
    [[nodiscard]] boost::asio::awaitable<Result<>> tell_acts();

    [[nodiscard]] boost::json::object head(Transaction& transaction) const;
    struct Content {
        Id stream;
        std::vector<boost::json::object> rows{};  // none: it is gone
    };
    [[nodiscard]] Result<Content> content(Transaction& transaction, catalog::FileId file) const;
    [[nodiscard]] boost::json::array classes_of(Transaction& transaction,
                                                catalog::FileId file) const;
    [[nodiscard]] std::vector<boost::json::object> holds_on(catalog::FileId file,
                                                            const std::string& depositor,
                                                            const Id& stream) const;
    [[nodiscard]] boost::json::object event_row(const ledger::EventRow& row,
                                                std::string_view kind) const;

    Site& site_;
    RowSink& sink_;
    catalog::Subject subject_;
    std::optional<catalog::SubjectId> id_;
    std::vector<catalog::FileId> about_{};  // each once, in the order of their classes
    std::vector<terms::Hold> holds_{};      // that may bind one of them
    std::vector<ledger::EventRow> acts_{};
    std::uint64_t acts_left_out_ = 0;
    std::int64_t unindexed_ = 0;
    std::uint64_t files_ = 0, events_ = 0, forgotten_ = 0;
};

}  // namespace consign::desk
