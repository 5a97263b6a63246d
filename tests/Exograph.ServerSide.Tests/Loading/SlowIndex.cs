namespace Exograph.ServerSide.Tests.Loading;

/// <summary>An index, the last one to be built, that takes as long to build as somebody holds a lock.</summary>
internal static class SlowIndex
{
    public static Task InstallAsync(Session session, string table = "terms", string column = "term") => session.ExecuteAsync(
        $"""
        CREATE FUNCTION public.slowly(text) RETURNS text IMMUTABLE LANGUAGE plpgsql AS
            'BEGIN PERFORM pg_advisory_xact_lock_shared(2); RETURN $1; END';
        CREATE INDEX slow ON exograph.{table} (public.slowly({column}));
        """);

    /// <summary>Lets nobody build it, or add to it, until <paramref name="holder"/> ends its transaction.</summary>
    public static Task HoldAsync(Session holder) => holder.ExecuteAsync("BEGIN; SELECT pg_advisory_xact_lock(2)");
}
