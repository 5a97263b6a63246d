using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Npgsql;

namespace Exograph.ServerSide.Web;

/// <summary>What the page asks, under /api.</summary>
internal static class Api
{
    public static void Map(WebApplication app, ExographClient client)
    {
        var api = app.MapGroup("/api").AddEndpointFilter(TellErrorsAsync);
        MapLoads(api, client);
        QuestionApi.Map(api.MapGroup("/find"), client);
        api.MapGet("{**other}", () => Results.Json(new Problem("there is no such question", null, null), statusCode: 404));
    }

    private static void MapLoads(RouteGroupBuilder api, ExographClient client)
    {
        var overview = new Overview(client);
        api.MapGet("loads", overview.LoadsAsync);
        api.MapGet("loads/{number:int}", overview.LoadAsync);
        api.MapGet("loads/{number:int}/rejects", (int number, CancellationToken cancellationToken) =>
            client.GetRejectsAsync(number, new RejectOptions { Limit = Overview.MostRejects }, cancellationToken));
        api.MapGet("sizes", client.ListSizesAsync);
        api.MapGet("doctor", overview.DoctorAsync);
        api.MapGet("partitions", overview.PartitionsAsync);
        api.MapGet("packages", overview.PackagesAsync);
    }

    /// <summary>What the library refuses is told with its remedy; who has gone away is told nothing.</summary>
    private static async ValueTask<object?> TellErrorsAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        try
        {
            return await next(context).ConfigureAwait(false);
        }
        catch (ExographException e)
        {
            return Results.Json(
                new Problem(e.Message, e.Hint, e.SqlState),
                statusCode: e is ConnectionException ? StatusCodes.Status503ServiceUnavailable : StatusCodes.Status400BadRequest);
        }
        catch (NpgsqlException e)
        {
            return Results.Json(
                new Problem((e as PostgresException)?.MessageText ?? e.Message, (e as PostgresException)?.Hint, e.SqlState),
                statusCode: StatusCodes.Status503ServiceUnavailable);
        }
        catch (OperationCanceledException) when (context.HttpContext.RequestAborted.IsCancellationRequested)
        {
            return Results.StatusCode(StatusCodes.Status499ClientClosedRequest);
        }
    }

    /// <param name="Error">What is wrong.</param>
    /// <param name="Hint">What to do about it; null where nothing is known.</param>
    /// <param name="SqlState">SQLSTATE of the server's error; null where it raised none.</param>
    private sealed record Problem(string Error, string? Hint, string? SqlState);
}
