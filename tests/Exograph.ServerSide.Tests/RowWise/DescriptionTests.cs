using Exograph.ServerSide.Tests.Loading;
using Xunit;

namespace Exograph.ServerSide.Tests.RowWise;

/// <summary>What psql's \d+ says of the inserter views.</summary>
public sealed class DescriptionTests : LoadingTest
{
    [Fact]
    public async Task Every_column_of_an_inserter_view_says_what_it_is_for() => Assert.Empty(await Db.RowsAsync(
        """
        SELECT a.attrelid::regclass::text, a.attname
        FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
        WHERE c.relnamespace = 'exograph_in'::regnamespace AND c.relkind = 'v' AND a.attnum > 0
            AND col_description(a.attrelid, a.attnum) IS NULL
        """));
}
