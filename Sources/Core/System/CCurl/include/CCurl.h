#ifndef OBHUT_CCURL_H
#define OBHUT_CCURL_H
#include <curl/curl.h>
#endif
