#ifndef OBHUT_CCURL_H
#define OBHUT_CCURL_H

// libcurl for Swift. Swift cannot call variadic C functions, and curl_easy_setopt, curl_easy_getinfo and
// curl_multi_setopt are variadic, so here is one typed function for each kind of argument that Outbound passes.

#include <curl/curl.h>

#if LIBCURL_VERSION_NUM < 0x075700
#error "libcurl 7.87 or newer is needed: CURLOPT_PROTOCOLS_STR (7.85), CURLOPT_QUICK_EXIT and SigV4 header order (7.87)"
#endif

#ifdef __cplusplus
extern "C" {
#endif

CURLcode obhut_easy_set_long(CURL *easy, CURLoption option, long value);
CURLcode obhut_easy_set_offset(CURL *easy, CURLoption option, curl_off_t value);
/// curl copies the string; null restores the option's default.
CURLcode obhut_easy_set_string(CURL *easy, CURLoption option, const char *value);
/// The list must outlive the transfer.
CURLcode obhut_easy_set_list(CURL *easy, CURLoption option, struct curl_slist *value);
/// The URL handle must outlive the transfer.
CURLcode obhut_easy_set_url(CURL *easy, CURLU *url);
/// Copies the body; `length` may be 0, which still sends `Content-Length: 0`.
CURLcode obhut_easy_set_body(CURL *easy, const void *bytes, curl_off_t length);

CURLcode obhut_easy_set_header_sink(CURL *easy, curl_write_callback sink, void *context);
CURLcode obhut_easy_set_body_sink(CURL *easy, curl_write_callback sink, void *context);
CURLcode obhut_easy_set_socket_opener(CURL *easy, curl_opensocket_callback opener, void *context);
CURLcode obhut_easy_set_before_request(CURL *easy, curl_prereq_callback callback, void *context);

CURLcode obhut_easy_get_long(CURL *easy, CURLINFO info, long *value);
CURLMcode obhut_multi_set_long(CURLM *multi, CURLMoption option, long value);

/// The address that curl is about to dial; `address->addrlen` bytes long, which may exceed a plain `struct sockaddr`.
const struct sockaddr *obhut_dialled_address(const struct curl_sockaddr *address);
/// Opens the socket that curl asked for, closed on exec so that child processes do not inherit connections.
curl_socket_t obhut_open_socket(const struct curl_sockaddr *address);

/// Runs `body(context)` on a new detached thread that takes no signals. Returns 0, or the errno of the failure.
int obhut_start_thread(void *(*body)(void *), void *context);

#ifdef __cplusplus
}
#endif
#endif
