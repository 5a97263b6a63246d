namespace Exograph.ServerSide.Tests.Loading;

/// <summary>Makes finalize_load wait at the beginning of a phase, so that a test can do something to it there.</summary>
internal static class PhaseStop
{
    /// <summary>Installs the stop, for good; nothing stops before <see cref="HoldAsync"/>.</summary>
    public static Task InstallAsync(Session session) => session.ExecuteAsync(
        """
        CREATE TABLE public.stop AS SELECT ''::text AS at_phase;
        GRANT SELECT ON public.stop TO PUBLIC;
        CREATE FUNCTION public.stop() RETURNS trigger LANGUAGE plpgsql AS
            'BEGIN
                 IF concat_ws('' '', NEW.phase, NEW.table_name) = (SELECT at_phase FROM public.stop) THEN
                     PERFORM pg_advisory_xact_lock(1);
                 END IF;
                 RETURN NEW;
             END';
        CREATE TRIGGER stop BEFORE INSERT ON exograph.load_phases FOR EACH ROW EXECUTE FUNCTION public.stop();
        """);

    /// <summary>Lets nobody past the beginning of a phase until <paramref name="holder"/> ends its transaction.</summary>
    public static async Task HoldAsync(Session holder, string phase)
    {
        await holder.ExecuteAsync($"UPDATE public.stop SET at_phase = {Sql.Literal(phase)}");
        await holder.ExecuteAsync("BEGIN; SELECT pg_advisory_xact_lock(1)");
    }
}
