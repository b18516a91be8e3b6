#include "policy/content/parties.hpp"

namespace consign::policy::content {

void Parties::add_sender(std::string sender) {
    if (sender.empty() || !known_senders_.insert(sender).second) return;
    senders_.push_back(std::move(sender));
}

void Parties::add_unreadable_header() {
    add_sender("(unreadable header)");
    has_unknown_subject_ = true;
}

void Parties::add_subject(Subject subject) {
    if (subject.id.empty()) {
        has_unknown_subject_ = true;
        return;
    }
    const auto [entry, is_new] =
        index_of_subject_.try_emplace(std::pair(subject.id, subject.authority), subjects_.size());
    if (is_new) {
        subjects_.push_back(std::move(subject));
        return;
    }
    Subject& known = subjects_[entry->second];
    if (!known.born) known.born = subject.born;
    if (!known.died) known.died = subject.died;
}

void Parties::move_into(Content& content) {
    for (Subject& subject : subjects_)
        if (subject.born && subject.died && *subject.died < *subject.born) subject.died.reset();
    content.senders = std::move(senders_);
    content.subjects = std::move(subjects_);
    content.has_unknown_subject = has_unknown_subject_;
}

}  // namespace consign::policy::content
