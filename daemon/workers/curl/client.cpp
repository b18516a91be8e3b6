#include "daemon/workers/curl/client.hpp"

#include <curl/curl.h>

#include <algorithm>
#include <exception>
#include <new>
#include <stdexcept>

namespace consign::curl {

namespace {

/// libcurl is set up once, before its first handle, and never taken down.
void set_up() {
    static const CURLcode done = curl_global_init(CURL_GLOBAL_DEFAULT);
    if (done != CURLE_OK) throw std::runtime_error("libcurl could not be set up");
}

struct FreeList {
    void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using List = std::unique_ptr<curl_slist, FreeList>;

List list_of(const std::vector<std::string>& lines) {
    List list;
    for (const std::string& line : lines) {
        curl_slist* const longer = curl_slist_append(list.get(), line.c_str());
        if (longer == nullptr) throw std::bad_alloc();
        static_cast<void>(list.release());
        list.reset(longer);
    }
    return list;
}

curl_errc meaning_of(CURLcode code) {
    switch (code) {
        case CURLE_COULDNT_RESOLVE_HOST:
        case CURLE_COULDNT_RESOLVE_PROXY:
        case CURLE_COULDNT_CONNECT:
            return curl_errc::unreachable;
        case CURLE_SSL_CACERT_BADFILE:
            return curl_errc::no_authorities;
        case CURLE_PEER_FAILED_VERIFICATION:
        case CURLE_SSL_ISSUER_ERROR:
        case CURLE_SSL_PINNEDPUBKEYNOTMATCH:
            return curl_errc::untrusted;
        case CURLE_USE_SSL_FAILED:
        case CURLE_SSL_CONNECT_ERROR:
        case CURLE_SSL_CIPHER:
            return curl_errc::no_tls;
        case CURLE_LOGIN_DENIED:
        case CURLE_AUTH_ERROR:
            return curl_errc::login_refused;
        case CURLE_REMOTE_DISK_FULL:
            return curl_errc::full;
        case CURLE_REMOTE_FILE_NOT_FOUND:
            return curl_errc::no_such_file;
        case CURLE_REMOTE_ACCESS_DENIED:
        case CURLE_REMOTE_FILE_EXISTS:
        case CURLE_QUOTE_ERROR:
        case CURLE_UPLOAD_FAILED:
        case CURLE_FTP_COULDNT_RETR_FILE:
        case CURLE_FTP_COULDNT_SET_TYPE:
        case CURLE_FTP_COULDNT_USE_REST:
        case CURLE_FTP_PRET_FAILED:
        case CURLE_HTTP_RETURNED_ERROR:
            return curl_errc::refused;
        case CURLE_OPERATION_TIMEDOUT:
        case CURLE_FTP_ACCEPT_TIMEOUT:
            return curl_errc::timed_out;
        case CURLE_GOT_NOTHING:
        case CURLE_SEND_ERROR:
        case CURLE_RECV_ERROR:
        case CURLE_PARTIAL_FILE:
        case CURLE_WEIRD_SERVER_REPLY:
        case CURLE_FTP_WEIRD_PASS_REPLY:
        case CURLE_FTP_WEIRD_PASV_REPLY:
        case CURLE_FTP_CANT_GET_HOST:
        case CURLE_SSL_SHUTDOWN_FAILED:
            return curl_errc::broken_off;
        case CURLE_ABORTED_BY_CALLBACK:
            return curl_errc::stopped;
        case CURLE_FILESIZE_EXCEEDED:
            return curl_errc::too_long;
        default:
            return curl_errc::failed;
    }
}

/// What the callbacks of one request share.
struct Exchange {
    const Request& request;
    const StopFlag& stop;
    std::uint64_t sent_to = 0;  // the offset that is read next
    std::size_t dropped_bytes = 0;
    std::error_code failed;     // what a callback of the request's said
    std::exception_ptr thrown;  // must not pass through C
};

std::size_t give(char* out, std::size_t size, std::size_t count, void* context) {
    Exchange& exchange = *static_cast<Exchange*>(context);
    const Upload& upload = *exchange.request.upload;
    try {
        const std::uint64_t left =
            upload.size_bytes - std::min(upload.size_bytes, exchange.sent_to);
        const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(size * count, left));
        if (wanted == 0) return 0;
        const auto got =
            upload.read(exchange.sent_to, ByteSpan(reinterpret_cast<std::uint8_t*>(out), wanted));
        if (got) {
            exchange.sent_to += *got;
            return *got;
        }
        exchange.failed = got.error();
    } catch (...) {
        exchange.thrown = std::current_exception();
    }
    return CURL_READFUNC_ABORT;
}

int seek(void* context, curl_off_t offset, int origin) {
    if (origin != SEEK_SET || offset < 0) return CURL_SEEKFUNC_CANTSEEK;
    static_cast<Exchange*>(context)->sent_to = static_cast<std::uint64_t>(offset);
    return CURL_SEEKFUNC_OK;
}

std::size_t take(char* bytes, std::size_t size, std::size_t count, void* context) {
    Exchange& exchange = *static_cast<Exchange*>(context);
    const std::size_t length = size * count;
    try {
        if (!exchange.request.received) {
            exchange.dropped_bytes += length;
            if (exchange.dropped_bytes <= Request::dropped_limit_bytes) return length;
            exchange.failed = curl_errc::too_long;
        } else if (auto taken = exchange.request.received(
                       ByteView(reinterpret_cast<const std::uint8_t*>(bytes), length));
                   taken) {
            return length;
        } else {
            exchange.failed = taken.error();
        }
    } catch (...) {
        exchange.thrown = std::current_exception();
    }
    return length == 0 ? 1 : 0;  // another number than was given: it ends
}

std::size_t take_line(char* bytes, std::size_t size, std::size_t count, void* context) {
    Exchange& exchange = *static_cast<Exchange*>(context);
    const std::size_t length = size * count;
    try {
        if (exchange.request.answered) exchange.request.answered(std::string_view(bytes, length));
        return length;
    } catch (...) {
        exchange.thrown = std::current_exception();
    }
    return length == 0 ? 1 : 0;
}

int go_on(void* context, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
    return static_cast<const Exchange*>(context)->stop ? 1 : 0;
}

}  // namespace

class Client::Handle {
  public:
    Handle() : curl_((set_up(), curl_easy_init())) {
        if (curl_ == nullptr) throw std::bad_alloc();
    }
    Handle(const Handle&) = delete;
    Handle& operator=(const Handle&) = delete;
    ~Handle() { curl_easy_cleanup(curl_); }

    Result<Reply> perform(const Request& request, const StopFlag& stop) {
        if (stop) return failure(curl_errc::stopped);
        curl_easy_reset(curl_);  // connections and TLS sessions stay
        Exchange exchange{.request = request,
                          .stop = stop,
                          .sent_to = 0,
                          .dropped_bytes = 0,
                          .failed = {},
                          .thrown = {}};
        set_bounds(request);
        set_peer(request);
        set_callbacks(exchange);
        const auto headers = list_of(request.headers);
        const auto before = list_of(request.before);
        const auto after = list_of(request.after);
        const auto to = request.mail_to.empty() ? List() : list_of({request.mail_to});
        if (headers) set(CURLOPT_HTTPHEADER, headers.get());
        if (before) set(CURLOPT_QUOTE, before.get());
        if (after) set(CURLOPT_POSTQUOTE, after.get());
        if (to) set(CURLOPT_MAIL_RCPT, to.get());
        set_task(request);
        const CURLcode ended = curl_easy_perform(curl_);
        curl_easy_getinfo(curl_, CURLINFO_RESPONSE_CODE, &last_code_);
        if (exchange.thrown) std::rethrow_exception(exchange.thrown);
        if (exchange.failed) return failure(exchange.failed);
        if (ended != CURLE_OK) return failure(why_not(ended));
        return reply();
    }

    [[nodiscard]] long last_code() const { return last_code_; }

  private:
    template <class Value>
    void set(CURLoption option, Value value) {
        const CURLcode done = curl_easy_setopt(curl_, option, value);
        if (done == CURLE_OUT_OF_MEMORY) throw std::bad_alloc();
        if (done != CURLE_OK) throw std::logic_error("libcurl does not know an option");
    }
    void set(CURLoption option, const std::string& text) { set(option, text.c_str()); }

    /// libcurl has no word of its own for each answer that refuses (of SMTP's RCPT, say).
    [[nodiscard]] curl_errc why_not(CURLcode ended) const {
        const curl_errc meaning = meaning_of(ended);
        const bool is_vague = meaning == curl_errc::broken_off || meaning == curl_errc::failed;
        // FTP and SMTP alike: for now, or for good.
        constexpr long no_room_now = 452, no_room = 552;
        if ((is_vague || meaning == curl_errc::refused) &&
            (last_code_ == no_room_now || last_code_ == no_room))
            return curl_errc::full;
        return is_vague && last_code_ >= 400 && last_code_ <= 599 ? curl_errc::refused : meaning;
    }

    void set_bounds(const Request& request) {
        const auto seconds = [](std::chrono::seconds time) {
            return static_cast<long>(time.count());
        };
        // FTP leaves a control connection idle while its transfer goes on: firewalls forget it.
        constexpr long keepalive_idle_seconds = 60, keepalive_interval_seconds = 15;
        set(CURLOPT_NOSIGNAL, 1L);
        set(CURLOPT_TCP_KEEPALIVE, 1L);
        set(CURLOPT_TCP_KEEPIDLE, keepalive_idle_seconds);
        set(CURLOPT_TCP_KEEPINTVL, keepalive_interval_seconds);
        set(CURLOPT_CONNECTTIMEOUT, seconds(request.connect_time));
        set(CURLOPT_SERVER_RESPONSE_TIMEOUT, seconds(request.stall_time));
        set(CURLOPT_LOW_SPEED_LIMIT, 1L);
        set(CURLOPT_LOW_SPEED_TIME, seconds(request.stall_time));
        if (request.total_time) set(CURLOPT_TIMEOUT, seconds(*request.total_time));
        if (request.rate) {
            set(CURLOPT_MAX_SEND_SPEED_LARGE, static_cast<curl_off_t>(*request.rate));
            set(CURLOPT_MAX_RECV_SPEED_LARGE, static_cast<curl_off_t>(*request.rate));
        }
    }

    void set_peer(const Request& request) {
        const std::string scheme = request.url.substr(0, request.url.find(':'));
        set(CURLOPT_URL, request.url);
        set(CURLOPT_PROTOCOLS_STR, scheme);
        set(CURLOPT_FOLLOWLOCATION, 0L);
        set(CURLOPT_PROXY, "");
        set(CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED));
        set(CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
        set(CURLOPT_SSL_VERIFYPEER, 1L);
        set(CURLOPT_SSL_VERIFYHOST, 2L);
        if (request.ca) {
            set(CURLOPT_CAINFO, request.ca->string());
            set(CURLOPT_CAPATH, static_cast<const char*>(nullptr));
        }
        constexpr auto starts = [](Tls tls) {
            switch (tls) {
                case Tls::where_offered:
                    return CURLUSESSL_TRY;
                case Tls::required:
                    return CURLUSESSL_ALL;
                case Tls::by_scheme:
                    break;
            }
            return CURLUSESSL_NONE;
        };
        set(CURLOPT_USE_SSL, static_cast<long>(starts(request.tls)));
        if (!request.user.empty()) {
            set(CURLOPT_USERNAME, request.user);
            const std::string_view password = request.password.view();
            SecretBytes text(password.begin(), password.end());
            text.push_back(0);
            set(CURLOPT_PASSWORD, reinterpret_cast<const char*>(text.data()));
        }
    }

    void set_callbacks(Exchange& exchange) {
        void* const context = &exchange;
        set(CURLOPT_NOPROGRESS, 0L);
        set(CURLOPT_XFERINFOFUNCTION, &go_on);
        set(CURLOPT_XFERINFODATA, context);
        set(CURLOPT_WRITEFUNCTION, &take);
        set(CURLOPT_WRITEDATA, context);
        set(CURLOPT_HEADERFUNCTION, &take_line);
        set(CURLOPT_HEADERDATA, context);
        set(CURLOPT_READFUNCTION, &give);
        set(CURLOPT_READDATA, context);
        set(CURLOPT_SEEKFUNCTION, &seek);
        set(CURLOPT_SEEKDATA, context);
    }

    void set_task(const Request& request) {
        if (request.post) {
            set(CURLOPT_POST, 1L);
            set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.post->size()));
            set(CURLOPT_POSTFIELDS, request.post->c_str());
        }
        if (!request.mail_from.empty()) set(CURLOPT_MAIL_FROM, request.mail_from);
        if (request.without_content) set(CURLOPT_NOBODY, 1L);
        if (request.names_only) set(CURLOPT_DIRLISTONLY, 1L);
        if (!request.list_command.empty()) set(CURLOPT_CUSTOMREQUEST, request.list_command);
        if (request.make_folders)
            set(CURLOPT_FTP_CREATE_MISSING_DIRS, static_cast<long>(CURLFTP_CREATE_DIR_RETRY));
        if (request.upload) {
            set(CURLOPT_UPLOAD, 1L);
            set(CURLOPT_INFILESIZE_LARGE, static_cast<curl_off_t>(request.upload->size_bytes));
            if (request.upload->from > 0)
                set(CURLOPT_RESUME_FROM_LARGE, static_cast<curl_off_t>(request.upload->from));
        } else if (request.receive_from > 0) {
            set(CURLOPT_RESUME_FROM_LARGE, static_cast<curl_off_t>(request.receive_from));
        }
    }

    [[nodiscard]] Reply reply() const {
        curl_off_t sent = 0;
        curl_off_t received = 0;
        curl_off_t length = -1;
        curl_easy_getinfo(curl_, CURLINFO_SIZE_UPLOAD_T, &sent);
        curl_easy_getinfo(curl_, CURLINFO_SIZE_DOWNLOAD_T, &received);
        curl_easy_getinfo(curl_, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length);
        Reply reply{.code = last_code_,
                    .sent_bytes = static_cast<std::uint64_t>(sent),
                    .received_bytes = static_cast<std::uint64_t>(received)};
        if (length >= 0) reply.size_bytes = static_cast<std::uint64_t>(length);
        return reply;
    }

    CURL* const curl_;
    long last_code_ = 0;
};

Client::Client() : handle_(std::make_unique<Handle>()) {}
Client::~Client() = default;

Result<Reply> Client::perform(const Request& request, const StopFlag& stop) {
    return handle_->perform(request, stop);
}

long Client::last_code() const {
    return handle_->last_code();
}

}  // namespace consign::curl
