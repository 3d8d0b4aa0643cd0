using AttentionGen.Generator.Catalog;
using AttentionGen.Generator.Dialects;
using AttentionGen.Generator.Spec;
using AttentionGen.Generator.Stages;
using AttentionGen.Testing;
using Microsoft.CodeAnalysis.CSharp;

namespace AttentionGen.Generator.Tests;

/// <summary>Masks of a known shape get the plans of the built-in types; the others are asked for each pair.</summary>
public class KeepShapeTests
{
    private const string Shape = "Heads = 8, HeadDim = 64";

    /// <summary>The user's expression, and the built-in declaration that has the same plan.</summary>
    public static TheoryData<string, string> Same => new()
    {
        { "key <= query", "\"causal\"" },
        { "!(key > query)", "\"causal\"" },
        { "key - query < 1", "\"causal\"" },
        { "key <= query && query - key <= 64", "\"local\", Window = 128, Causal = true" },
        { "key >= query - 64 && query >= key", "\"local\", Window = 128, Causal = true" },
        { "Math.Abs(query - key) <= 64", "\"local\", Window = 128" },
        { "Math.Abs(key - query) < 65", "\"local\", Window = 128" },
        { "query - key <= 5 && key - query <= 3", "\"local\", WindowLeft = 5, WindowRight = 3" },
        { "(key < 4 || query - key <= 64) && key <= query", "\"local\", Window = 128, Sinks = 4, Causal = true" },
        { "key < 4 || Math.Abs(query - key) <= 64", "\"local\", Window = 128, Sinks = 4" },
        { "query < 4 || key < 4 || Math.Abs(query - key) <= 32", "\"localglobal\", Window = 64, GlobalTokens = 4" },
        { "key % 4 == 0", "\"kvstrided\", Stride = 4" },
        { "0 == key % 4 && key <= query", "\"kvstrided\", Stride = 4, Causal = true" },
        { "query / 64 == key / 64", "\"block\", BlockSize = 64" },
        { "Math.Abs(key / 64 - query / 64) <= 2", "\"block\", BlockSize = 64, Neighbours = 2" },
        { "query / 64 == key / 64 && key <= query", "\"block\", BlockSize = 64, Causal = true" },
    };

    [Theory]
    [MemberData(nameof(Same))]
    public void A_known_shape_has_the_plan_of_the_built_in_type(string keep, string builtIn)
    {
        AttentionSpec user = Read($"[Attention(\"custom\", {Shape})] static partial class Host {{ static bool Keep(int query, int key) => {keep}; }}");
        AttentionSpec own = Read($"[Attention({builtIn}, {Shape})] static partial class Host {{ }}");

        foreach (Dialect dialect in Dialect.Cpu)
        {
            KernelPlan expected = new(own, dialect), actual = new(user, dialect);
            Assert.Equal(expected.Branches.SelectMany(branch => branch.Passes), actual.Branches.SelectMany(branch => branch.Passes));
            Assert.Empty(actual.ScoreSteps);
            Assert.Equal(expected.WorkspaceBytes, actual.WorkspaceBytes);
        }
    }

    [Theory]
    [InlineData("(query + key) % 3 == 0")]
    [InlineData("key % 4 == 1")]
    [InlineData("2 * key <= query")]
    [InlineData("key < 4 || key <= query || query == 7")]
    [InlineData("key > query && key < query")]
    [InlineData("key >= 3")]
    public void Another_shape_is_asked_for_each_pair(string keep)
    {
        KernelPlan plan = new(Read($"[Attention(\"custom\", {Shape})] static partial class Host {{ static bool Keep(int query, int key) => {keep}; }}"), Dialect.Vector512);
        Assert.Single(plan.ScoreSteps);
    }

    [Fact]
    public void What_is_known_of_a_mask_is_used_even_when_the_rest_is_not()
    {
        KernelPlan plan = new(Read($"[Attention(\"custom\", {Shape})] static partial class Host {{ static bool Keep(int query, int key) => key <= query && (query ^ key) != 3; }}"), Dialect.Vector512);
        Assert.True(Assert.Single(plan.Passes).Range.IsCausal);
        Assert.Single(plan.ScoreSteps);
    }

    [Fact]
    public void A_type_with_bounds_of_its_own_keeps_them()
    {
        KernelPlan plan = new(Read($"[Attention(\"local\", Window = 8, {Shape})] static partial class Host {{ static bool Keep(int query, int key) => key <= query; }}"), Dialect.Vector512);
        Assert.Equal((4, 4), (Assert.Single(plan.Passes).Range.Before, plan.Passes[0].Range.After));
        Assert.Single(plan.ScoreSteps);
    }

    [Fact]
    public void Blocks_of_queries_before_the_first_key_are_not_what_division_says() =>
        Assert.Single(new KernelPlan(Read($"[Attention(\"custom\", {Shape}, CausalAlignment = CausalAlignment.BottomRight)] static partial class Host {{ static bool Keep(int query, int key) => query / 8 == key / 8; }}"), Dialect.Scalar).ScoreSteps);

    private static AttentionSpec Read(string host)
    {
        CSharpCompilation compilation = Lab.Compile("using System; using AttentionGen;\n" + host);
        return SpecReader.Read(compilation.GetTypeByMetadataName("Host")!, CancellationToken.None)!;
    }
}
