using Exograph.ServerSide.Tests.Support;
using Xunit;

namespace Exograph.ServerSide.Tests.Security;

/// <summary>The library and the command line find nothing in public, where any role could create before PostgreSQL 15.</summary>
public sealed class PinnedPathTests
{
    /// <summary>Better matches than the variadic and polymorphic ones of pg_catalog, for what the library asks. Each fails.</summary>
    private const string Traps =
        """
        CREATE FUNCTION public.trap(text, text) RETURNS text LANGUAGE plpgsql AS $$ BEGIN RAISE 'trapped'; END $$;
        CREATE FUNCTION public.trap(text[], text[]) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN RAISE 'trapped'; END $$;
        CREATE FUNCTION public.trap(text, integer) RETURNS text LANGUAGE plpgsql AS $$ BEGIN RAISE 'trapped'; END $$;
        CREATE FUNCTION public.format(text, text) RETURNS text LANGUAGE plpgsql AS $$ BEGIN RAISE 'trapped'; END $$;
        CREATE FUNCTION public.format(text, name) RETURNS text LANGUAGE plpgsql AS $$ BEGIN RAISE 'trapped'; END $$;
        CREATE FUNCTION public.concat_ws(text, text, text) RETURNS text LANGUAGE plpgsql AS $$ BEGIN RAISE 'trapped'; END $$;
        CREATE FUNCTION public.array_agg(text) RETURNS text[] LANGUAGE plpgsql AS $$ BEGIN RAISE 'trapped'; END $$;
        CREATE OPERATOR public.= (LEFTARG = text[], RIGHTARG = text[], FUNCTION = public.trap);
        CREATE OPERATOR public.|| (LEFTARG = text, RIGHTARG = integer, FUNCTION = public.trap);
        """;

    [Fact]
    public async Task An_installation_calls_nothing_of_public_and_binds_nothing_to_it()
    {
        await using var database = await TestDatabase.CreateEmptyAsync();
        await database.ExecuteAsync(Traps);

        await database.Client.MigrateAsync();

        Assert.Empty(await BoundToPublicAsync(database));
    }

    [Fact]
    public async Task The_printed_script_calls_nothing_of_public_and_binds_nothing_to_it()
    {
        await using var database = await TestDatabase.CreateEmptyAsync();
        await database.ExecuteAsync(Traps);
        using var directory = new BundleDirectory().Add("install.sql", Migrator.Print());

        await Psql.RunAsync(database, "install.sql", directory.Path);

        Assert.Empty(await BoundToPublicAsync(database));
    }

    [Fact]
    public async Task A_load_through_the_command_line_and_its_reports_call_nothing_of_public()
    {
        await using var database = await TestDatabase.CreateAsync();
        await database.ExecuteAsync(Traps);
        using var bundle = new BundleDirectory().AddBasics().WithManifest();

        foreach (var args in (string[][])
            [["migrate"], ["load", bundle.Path, "--complete", "all"], ["load", bundle.Path, "--complete", "all"], ["status", "1"],
             ["status"], ["load", bundle.Path, "--no-finalize"], ["check"], ["abandon"], ["rebuild-indexes"]])
        {
            var run = await CliRun.RunAsync(database, args);
            Assert.True(run.ExitCode == 0, $"{args[0]}: {run.Error}");
        }
    }

    [Theory]
    [InlineData("repeatable read")]
    [InlineData("serializable")]
    public async Task Whatever_isolation_is_the_default_a_load_works(string level)
    {
        await using var database = await TestDatabase.CreateAsync();
        await database.ExecuteAsync(
            $"ALTER DATABASE {database.Settings.Database} SET default_transaction_isolation = '{level}'");
        using var bundle = new BundleDirectory().AddBasics();

        var run = await CliRun.RunAsync(database, ["load", bundle.Path, "--ids", "reserved"]);

        Assert.Equal((0, ""), (run.ExitCode, run.ExitCode == 0 ? "" : run.Error));
    }

    /// <summary>Of our schemas what depends on an object of public.</summary>
    private static Task<List<string>> BoundToPublicAsync(TestDatabase database) => database.ColumnAsync<string>(
        """
        SELECT DISTINCT pg_describe_object(d.classid, d.objid, d.objsubid)
        FROM pg_depend d CROSS JOIN LATERAL pg_identify_object(d.refclassid, d.refobjid, 0) o
        CROSS JOIN LATERAL pg_identify_object(d.classid, d.objid, 0) own
        WHERE o.schema = 'public' AND own.schema IS DISTINCT FROM 'public'
        """);
}
