using AttentionGen;
using AttentionGen.Generator.Catalog;
using QuickStart.Catalogue;
using Xunit;

namespace QuickStart.Tests;

public sealed class CatalogueTests
{
    [Fact]
    public void The_whole_catalogue_runs_and_agrees_with_the_oracle()
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        int exitCode = QuickStartCommand.Run(["--all", "--threads", "1"], output, error);
        string table = output.ToString();
        Assert.True(exitCode == 0, table + error);
        Assert.Empty(error.ToString());
        Assert.All(CatalogueEntries.All, entry => Assert.Contains(entry.Name, table));
        Assert.Contains("Stride = 16, Local = 4", table);
    }

    [Fact]
    public void Whatever_the_generator_knows_has_an_entry()
    {
        Assert.Subset(Names("type"), Catalog.Types.Select(type => type.Name).ToHashSet());
        Assert.Subset(Names("encoding"), Catalog.Encodings.Select(encoding => encoding.Name).ToHashSet());

        static HashSet<string> Names(string kind) => [.. CatalogueEntries.All.Where(entry => entry.Kind == kind).Select(entry => entry.Name)];
    }

    [Fact]
    public void A_kernel_that_is_off_is_called_wrong()
    {
        KernelForward off = OffByALittle.Forward;
        Assert.False(new KernelEntry("type", "standard", off).Run(threads: 1).Accuracy.WithinTolerance);
    }

    [Fact]
    public void Every_entry_declares_what_it_is_named_for()
    {
        foreach (CatalogueEntry entry in CatalogueEntries.All.Where(entry => entry.Kind == "type"))
        {
            Assert.Equal(entry.Name, new WrittenDeclaration(entry.Host).Type);
        }
    }

    [Attention(Type = "standard", Heads = 2, HeadDim = 16)]
    private static class OffByALittle
    {
        public static void Forward(ReadOnlySpan<float> query, ReadOnlySpan<float> key, ReadOnlySpan<float> value, Span<float> output, int batch, int queryLength, int keyLength, in AttentionArguments arguments)
        {
            Catalogue.Standard.Forward(query, key, value, output, batch, queryLength, keyLength, arguments);
            output[^1] += 1e-5f;
        }
    }
}
