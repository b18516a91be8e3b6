// Whom a file is from and about, gathered while it is read: each once.
#pragma once

#include <map>
#include <set>
#include <string>
#include <utility>

#include "policy/content/content.hpp"

namespace consign::policy::content {

class Parties {
  public:
    /// One that is empty is left out.
    void add_sender(std::string sender);
    /// Nobody can claim it, and nobody can tell whom its message is about.
    void add_unreadable_header();
    /// One without an id is left out. Of the same id and authority, later dates fill in what
    /// earlier ones left open.
    void add_subject(Subject subject);

    /// In the order in which they came. A death before the birth is no date. Ends the gathering.
    void move_into(Content& content);

  private:
    std::vector<std::string> senders_;
    std::set<std::string, std::less<>> known_senders_;
    bool has_unknown_subject_ = false;
    std::vector<Subject> subjects_;
    std::map<std::pair<std::string, std::string>, std::size_t> index_of_subject_;
};

}  // namespace consign::policy::content
