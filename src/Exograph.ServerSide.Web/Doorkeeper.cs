using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Extensions;

namespace Exograph.ServerSide.Web;

/// <summary>
/// Lets in who has the key that was printed: other users of the machine can reach the loopback address as well, and so can any site that a
/// browser has open, by a name of its own that it has resolve to it. The key comes once, in the address, and is a cookie from then on.
/// </summary>
internal sealed class Doorkeeper(IPAddress listening)
{
    private const string KeyName = "key";

    /// <summary>Everything is this server's own, and nobody may put the page into a frame.</summary>
    private const string ContentPolicy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private readonly string _key = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));

    public Uri AddressOf(Uri listening) => new(listening, $"/?{KeyName}={_key}");

    public Task HandleAsync(HttpContext context, RequestDelegate next)
    {
        var (request, response) = (context.Request, context.Response);
        response.Headers.ContentSecurityPolicy = ContentPolicy;
        response.Headers.XContentTypeOptions = "nosniff";
        response.Headers["Referrer-Policy"] = "no-referrer";
        response.Headers["Cross-Origin-Opener-Policy"] = "same-origin";
        response.Headers["Cross-Origin-Resource-Policy"] = "same-origin";
        response.Headers.CacheControl = "no-store";
        if (!HttpMethods.IsGet(request.Method))
            return RefuseAsync(response, StatusCodes.Status405MethodNotAllowed, "This page is read only.");
        if (!IsOurName(request.Host))
            return RefuseAsync(response, StatusCodes.Status421MisdirectedRequest, $"This server is not {request.Host.Host}.");
        if (IsKey(request.Query[KeyName]))
        {
            response.Cookies.Append(CookieName(request), _key, new CookieOptions { HttpOnly = true, SameSite = SameSiteMode.Strict });
            response.Redirect(WithoutKey(request));
            return Task.CompletedTask;
        }
        if (!IsKey(request.Cookies[CookieName(request)]))
        {
            return RefuseAsync(response, StatusCodes.Status403Forbidden,
                "Open the whole address that exograph-load serve has printed: the key is in it.");
        }
        return next(context);
    }

    /// <summary>Where it listens on one address only that, or a name of the loopback; where it listens on all, whatever leads here.</summary>
    private bool IsOurName(HostString host)
    {
        if (listening.Equals(IPAddress.Any) || listening.Equals(IPAddress.IPv6Any))
            return true;
        return IPAddress.TryParse(host.Host.Trim('[', ']'), out var address)
            ? address.Equals(listening) || IPAddress.IsLoopback(address) && IPAddress.IsLoopback(listening)
            : IPAddress.IsLoopback(listening) && host.Host.Equals("localhost", StringComparison.OrdinalIgnoreCase);
    }

    private bool IsKey(string? given) =>
        given is not null && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(given), Encoding.UTF8.GetBytes(_key));

    /// <summary>Cookies know no ports: two pages that are open at a time would sign each other out.</summary>
    private static string CookieName(HttpRequest request) => $"exograph_{request.Host.Port ?? 80}";

    private static string WithoutKey(HttpRequest request)
    {
        var query = new QueryBuilder(request.Query.Where(q => q.Key != KeyName).SelectMany(q => q.Value, (q, v) => KeyValuePair.Create(q.Key, v ?? "")));
        // A path that begins with two slashes would be a host.
        return "/" + request.Path.Value!.TrimStart('/', '\\') + query.ToQueryString();
    }

    private static Task RefuseAsync(HttpResponse response, int status, string why)
    {
        response.StatusCode = status;
        response.ContentType = "text/plain; charset=utf-8";
        return response.WriteAsync(why + "\n");
    }
}
