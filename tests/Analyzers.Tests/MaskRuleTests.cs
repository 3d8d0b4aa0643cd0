using System.Collections.Immutable;
using AttentionGen.Testing;
using Microsoft.CodeAnalysis;

namespace AttentionGen.Analyzers.Tests;

/// <summary>Rules about the masks that calls pass.</summary>
public class MaskRuleTests
{
    internal const string Hosts = """
        using System;
        using AttentionGen;

        [Attention(Heads = 1, HeadDim = 4)]
        public static partial class Full
        {
            public static void Forward(ReadOnlySpan<float> query, ReadOnlySpan<float> key, ReadOnlySpan<float> value, Span<float> output, int batch, int queryLength, int keyLength, in AttentionArguments arguments = default, object? unlikeTheGeneratedOne = null) { }
        }

        [Attention("causal", Heads = 1, HeadDim = 4)]
        public static partial class Past
        {
            public static void Forward(ReadOnlySpan<float> query, ReadOnlySpan<float> key, ReadOnlySpan<float> value, Span<float> output, int batch, int queryLength, int keyLength, in AttentionArguments arguments = default, object? unlikeTheGeneratedOne = null) { }
        }

        public static class Unrelated
        {
            public static void Forward(bool[] mask) { }
        }

        """;

    [Theory]
    [InlineData("bool[]", "Full.Forward(x, x, x, y, 1, n, n, mask)", "mask")]
    [InlineData("bool[,]", "Full.Forward(x, x, x, y, 1, n, n, mask)", "mask")]
    [InlineData("bool[][]", "Full.Forward(x, x, x, y, 1, n, n, mask)", "mask")]
    [InlineData("Span<bool>", "Full.Forward(x, x, x, y, 1, n, n, mask)", "mask")]
    [InlineData("ReadOnlySpan<bool>", "Past.Forward(x, x, x, y, 1, n, n, arguments: mask)", "mask")]
    [InlineData("bool[]", "Full.Forward(x, x, x, y, 1, n, n, new AttentionArguments { Keep = mask })", "mask")]
    [InlineData("bool[]", "_ = new AttentionArguments { MaxThreads = 1, Drop = mask }", "mask")]
    [InlineData("bool[]", "Full.Forward(x, x, x, y, 1, n, n, new AttentionArguments { Keep = new KeepMask(mask, n, n) })", null)]
    [InlineData("bool[]", "Unrelated.Forward(mask)", null)]
    [InlineData("int[]", "Full.Forward(x, x, x, y, 1, n, n, mask)", null)]
    public async Task A_bare_bool_mask_is_an_error_at_that_argument(string type, string statement, string? underlined)
    {
        ImmutableArray<Diagnostic> faults = await Lab.FaultsAsync(Hosts + Call(type, statement));

        Assert.Equal(underlined is null ? [] : [("ATTN010", underlined)], faults.Select(fault => (fault.Id, Lab.Underlined(fault))));
    }

    [Theory]
    [InlineData("Past.Forward(x, x, x, y, 1, n, n, new AttentionArguments { Keep = Masks.LookAhead(n) })", "Masks.LookAhead(n)")]
    [InlineData("var ahead = Masks.LookAhead(n); Past.Forward(x, x, x, y, 1, n, n, new AttentionArguments { Keep = ahead })", "new AttentionArguments { Keep = ahead }")]
    [InlineData("Past.Forward(x, x, x, y, 1, n, n, new AttentionArguments { Keep = Masks.Padding(new int[n], 1, n) })", null)]
    [InlineData("Full.Forward(x, x, x, y, 1, n, n, new AttentionArguments { Keep = Masks.LookAhead(n) })", null)]
    public async Task A_causal_mask_for_a_causal_host_is_doubtful(string statement, string? underlined)
    {
        ImmutableArray<Diagnostic> faults = await Lab.FaultsAsync(Hosts + Call("bool[]", statement));

        Assert.Equal(underlined is null ? [] : [("ATTN014", underlined)], faults.Select(fault => (fault.Id, Lab.Underlined(fault))));
    }

    internal static string Call(string type, string statement) => $$"""
        public static class Caller
        {
            public static void Run(float[] x, float[] y, int n, {{type}} mask)
            {
                {{statement}};
            }
        }
        """;
}
