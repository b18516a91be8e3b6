// SQLite's functions that search one text for another. A call of one takes long with long texts,
// and SQLite looks whether it is to stop at jumps alone: a row of calls would be gone through to
// its end. Here each call asks first. Only question.cpp uses it.
#pragma once

#include <memory>

struct sqlite3;

namespace consign::database {

class WatchedFunctions {
  public:
    /// How long the characters to be trimmed may be: each one of a text is held against each.
    static constexpr int trimmed_limit_bytes = 100;

    /// Stands in for the functions of `handle`, under the limits that it has by now; where
    /// `may_go_on(self)` says no, a call is an error of the question. Nothing where SQLite cannot
    /// be set up. It outlives `handle`.
    [[nodiscard]] static std::unique_ptr<WatchedFunctions> install(sqlite3* handle,
                                                                   bool (*may_go_on)(void*),
                                                                   void* self);
    WatchedFunctions(const WatchedFunctions&) = delete;
    WatchedFunctions& operator=(const WatchedFunctions&) = delete;
    ~WatchedFunctions();

  private:
    struct Function;
    struct Rest;
    explicit WatchedFunctions(std::unique_ptr<Rest> rest);

    std::unique_ptr<Rest> rest_;
};

}  // namespace consign::database
