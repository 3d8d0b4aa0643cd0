using System.Reflection;
using AttentionGen.Allocation;

// One test at a time: a test that counts a call's allocations must find the worker pool free.
[assembly: CollectionBehavior(DisableTestParallelization = true)]

namespace AttentionGen.Prebuilt.Tests;

public class AttentionFactoryTests
{
    public static TheoryData<int> Entries() => [.. Enumerable.Range(0, PrebuiltTable.Entries.Count)];

    [Theory]
    [MemberData(nameof(Entries))]
    public void EveryKernelServesEveryNumberOfHeads(int entry)
    {
        foreach ((int heads, int kvHeads) in new[] { (1, 1), (3, 3), (6, 2), (4, 1) })
        {
            AttentionOptions options = Options(PrebuiltTable.Entries[entry], heads, kvHeads);
            foreach (bool packed in new[] { false, true })
            {
                new KernelCall(options, 1, 19, 19, packed).Check();
                new KernelCall(options, 2, 5, 40, packed).Check();
                new KernelCall(options, 3, 7, 140, packed).WithArguments().Check();
                new KernelCall(options, 2, 3, 3, packed).WithArguments().Check();
            }
        }
    }

    [Fact]
    public void ManyHeadsWithKeyLengths() =>
        new KernelCall(new() { Heads = 300, HeadDim = 32 }, 2, 2, 9, packed: false).WithArguments().Check();

    [Fact]
    public void EveryDeclaredKernelIsInTheTable()
    {
        int declared = typeof(PrebuiltTable).Assembly.GetTypes().Count(static type => type.GetCustomAttribute<AttentionAttribute>() is not null);
        Assert.Equal(declared, PrebuiltTable.Entries.Count);
        Assert.Equal(declared, PrebuiltTable.Entries.Select(static entry => entry with { Forward = null! }).Distinct().Count());
        Assert.Equal(declared, PrebuiltTable.Entries.Select(static entry => entry.Forward.Method).Distinct().Count());
    }

    [Theory]
    [InlineData("mha", false, "standard")]
    [InlineData("SDPA", false, "standard")]
    [InlineData(" scaled_dot_product_attention ", true, "causal")]
    [InlineData("standard", true, "causal")]
    [InlineData("causal", false, "causal")]
    [InlineData("Local", false, "local")]
    public void NamesAndAliases(string name, bool causal, string type)
    {
        IAttentionKernel kernel = AttentionFactory.Create(new() { Type = name, Causal = causal, Heads = 6, KvHeads = 3, DModel = 384 });
        Assert.Equal((type, 6, 3, 64), (kernel.Type, kernel.Heads, kernel.KvHeads, kernel.HeadDim));
    }

    [Fact]
    public void AScanIsNoAttentionOfQueriesAndKeys() =>
        Assert.Contains("[Attention(\"mamba\", DModel = ...)]", Refusal(new() { Type = "Mamba", Heads = 8, HeadDim = 64 }));

    [Fact]
    public void WhatIsNotPreGeneratedIsRefusedWithTheDeclarationToWrite()
    {
        string shape = Refusal(new() { Type = "mha", Causal = true, Heads = 8, KvHeads = 2, HeadDim = 72 });
        Assert.Contains("No 'causal' attention with head dim 72 is pre-generated.", shape);
        Assert.Contains("each with head dim 32, 64, 80, 96, 128 and any number of heads", shape);
        Assert.Contains("Closest: causal with head dim 64.", shape);
        Assert.Contains("[Attention(Type = \"causal\", Heads = 8, KvHeads = 2, HeadDim = 72, CausalAlignment = CausalAlignment.BottomRight)]", shape);

        string window = Refusal(new() { Type = "local", Window = 100, Causal = true, Heads = 4, HeadDim = 64 });
        Assert.Contains("Closest: local causal (Window 256) with head dim 64.", window);
        Assert.Contains("Type = \"local\", Window = 100, Causal = true, Heads = 4, HeadDim = 64, CausalAlignment", window);

        string type = Refusal(new() { Type = "block", Heads = 4, HeadDim = 64 });
        Assert.Contains("[Attention(Type = \"block\", Heads = 4, HeadDim = 64)]", type);
        Assert.DoesNotContain("Closest", type);

        Assert.Contains("no attention type 'casual'; did you mean 'causal'?", Refusal(new() { Type = "casual", Heads = 4, HeadDim = 64 }));
        Assert.Contains("KvHeads 3", Refusal(new() { Heads = 4, KvHeads = 3, HeadDim = 64 }));
        Assert.Contains("DModel is 100: expected a multiple of Heads = 8", Refusal(new() { Heads = 8, DModel = 100 }));
    }

    [Fact]
    public void AWrongArgumentOfTheLastSequenceStopsTheCallBeforeTheFirst()
    {
        IAttentionKernel kernel = AttentionFactory.Create(new() { Heads = 2, KvHeads = 1, HeadDim = 32 });
        float[] query = new float[2 * 2 * 3 * 32], key = new float[2 * 3 * 32], output = new float[query.Length];
        Array.Fill(output, 7f);
        int[] lengths = [3, 4];
        Assert.Throws<ArgumentOutOfRangeException>(() => kernel.Forward(query, key, key, output, 2, 3, 3, new AttentionArguments { KeyLengths = lengths }));
        Assert.Throws<ArgumentException>(() => kernel.Forward(query, key, key, output, 2, 3, 3, new AttentionArguments { Keep = Masks.LookAhead(4) }));
        Assert.Throws<ArgumentException>(() => kernel.Forward(query, key, key, output.AsSpan(1), 2, 3, 3));
        Assert.All(output, value => Assert.Equal(7, value));
    }

    [Fact]
    public void ACallAllocatesNothing()
    {
        foreach ((int heads, int kvHeads) in new[] { (4, 4), (4, 2) })
        {
            AttentionOptions options = new() { Type = "causal", Heads = heads, KvHeads = kvHeads, HeadDim = 64 };
            IAttentionKernel kernel = AttentionFactory.Create(options);
            KernelCall call = new KernelCall(options, 2, 30, 30, packed: true).WithArguments();
            Assert.Equal(0, AllocationMeter.OfThread(() => call.Forward(kernel)));
        }
    }

    private static string Refusal(AttentionOptions options) => Assert.Throws<ArgumentException>(() => AttentionFactory.Create(options)).Message;

    private static AttentionOptions Options(PrebuiltEntry entry, int heads, int kvHeads) => new()
    {
        Type = entry.Type,
        Heads = heads,
        KvHeads = kvHeads,
        HeadDim = entry.HeadDim,
        Window = entry.Window,
        Causal = entry.Causal,
    };
}
