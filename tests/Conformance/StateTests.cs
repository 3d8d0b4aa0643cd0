using AttentionGen.Allocation;
using AttentionGen.Conformance.Cases;
using AttentionGen.Conformance.Declarations;
using AttentionGen.Conformance.Kernels;
using AttentionGen.Conformance.State;
using AttentionGen.Reference;
using Xunit;

namespace AttentionGen.Conformance;

/// <summary>Causal attention by feature maps in steps from a state: against the oracle over everything; and what states do besides.</summary>
[Collection(Serial.Name)]
public class StateTests
{
    private const int Chunk = 96;

    public static TheoryData<int, string> Hosts
    {
        get
        {
            var data = new TheoryData<int, string>();
            for (int n = 0; n < StateFactory.Declarations.Count; n++)
            {
                data.Add(n, StateFactory.Declarations[n].ToString());
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Hosts))]
    public void Steps_match_the_oracle(int index, string declaration)
    {
        StateHost host = StateFactory.Host(index);
        Assert.Equal(declaration, host.Declaration.ToString());
        Random random = TestSeed.For(nameof(Steps_match_the_oracle), index);
        foreach (int length in index == 6 ? [1, 40] : new[] { 1, 30, 250 })
        {
            ConformanceCase plain = ConformanceCase.Plain(host.Declaration, random, random.Next(1, 4), length, length, random.Pick([1, 1, 3]));
            var test = new ConformanceCase
            {
                Declaration = plain.Declaration,
                Sizes = plain.Sizes,
                Query = plain.Query,
                Key = plain.Key,
                Value = plain.Value,
                Inputs = plain.Inputs,
                WantsLogSumExp = false,
                InputArrangement = random.Pick(Enum.GetValues<Arrangement>()),
                OutputArrangement = random.Pick(Enum.GetValues<Arrangement>()),
                MaxThreads = random.Next(4),
            };
            Dictionary<int, ReferenceRow> expected = Checker.Rows(test, random);
            foreach (SimdTier tier in Checker.Tiers)
            {
                Checker.Check(call => InSteps(host, call, random), test, tier, expected, "steps");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Hosts))]
    public void Steps_of_whole_chunks_give_the_bits_of_one_call(int index, string declaration)
    {
        if (index == 6)
        {
            return;
        }

        StateHost host = StateFactory.Host(index);
        ConformanceCase test = ConformanceCase.Plain(host.Declaration, TestSeed.For(nameof(Steps_of_whole_chunks_give_the_bits_of_one_call), index), 2, (4 * Chunk) + 17, (4 * Chunk) + 17);
        foreach (SimdTier tier in Checker.Tiers)
        {
            KernelCall whole = test.NewCall(tier), steps = test.NewCall(tier);
            host.Forward(whole);
            using RecurrentState state = host.NewState(2);
            host.Step(steps, state, 0, Chunk);
            host.Step(steps, state, Chunk, 2 * Chunk);
            host.Step(steps, state, 3 * Chunk, Chunk + 17);
            Assert.True(Bits.Same(whole.Output.Get(), steps.Output.Get()), $"{declaration} {tier} ({TestSeed.Repeat})");
        }
    }

    [Fact]
    public void Weights_below_the_range_of_products_are_kept()
    {
        StateHost host = StateFactory.Host(0);
        Random random = TestSeed.For(nameof(Weights_below_the_range_of_products_are_kept));
        ConformanceCase test = ConformanceCase.Plain(host.Declaration, random, 1, 40, 40);
        for (int n = 0; n < test.Query.Length; n++)
        {
            test.Query[n] = -40 - (5 * Math.Abs(test.Query[n]));
            test.Key[n % test.Key.Length] = -35 - Math.Abs(test.Key[n % test.Key.Length] % 20);
        }

        Dictionary<int, ReferenceRow> expected = Checker.Rows(test, random);
        foreach (SimdTier tier in Checker.Tiers)
        {
            // Features of -40 and less are exponentials whose argument is rounded to 2^-19: that much relative to values of unit size, on top of the bound.
            KernelCall call = test.NewCall(tier);
            InSteps(host, call, random);
            float[] output = call.Output.Get();
            Assert.All(expected, row => Assert.All(row.Value.Output.Select((value, feature) => output[(row.Key * test.Sizes.ValueDim) + feature] - value), error => Assert.InRange(error, -1e-5, 1e-5)));
        }
    }

    [Fact]
    public void State_is_reset_copied_and_saved()
    {
        foreach (int index in new[] { 1, 3 })
        {
            StateHost host = StateFactory.Host(index);
            ConformanceCase test = ConformanceCase.Plain(host.Declaration, TestSeed.For(nameof(State_is_reset_copied_and_saved), index), 2, 50, 50);
            KernelCall call = test.NewCall(), again = test.NewCall();
            using RecurrentState state = host.NewState(2), copy = host.NewState(2), loaded = host.NewState(2);
            host.Step(call, state, 0, 30);
            copy.CopyFrom(state);
            using var file = new MemoryStream();
            state.Save(file);
            file.Position = 0;
            loaded.Load(file);
            host.Step(call, state, 30, 20);
            Assert.Equal((50, 30, 30), (state.Position, copy.Position, loaded.Position));
            foreach (RecurrentState other in new[] { copy, loaded })
            {
                host.Step(again, other, 30, 20);
                Assert.True(Bits.Same(Rows(call, 30, 20), Rows(again, 30, 20)), TestSeed.Repeat);
            }

            state.Reset();
            host.Step(again, state, 0, 30);
            Assert.True(Bits.Same(Rows(call, 0, 30), Rows(again, 0, 30)), TestSeed.Repeat);
        }
    }

    [Fact]
    public void Padded_and_packed_prompts_leave_the_same_state()
    {
        StateHost host = StateFactory.Host(0);
        Random random = TestSeed.For(nameof(Padded_and_packed_prompts_leave_the_same_state));
        ConformanceCase prompt = ConformanceCase.Plain(host.Declaration, random, 2, 20, 20), next = ConformanceCase.Plain(host.Declaration, random, 2, 1, 1);
        using RecurrentState padded = host.NewState(2), packed = host.NewState(2);
        KernelCall call = prompt.NewCall().With(inputs: new CallInputs { KeyLengths = [20, 7] });
        host.Strided(call, padded);
        HeadShape shape = host.Declaration.Shape;
        TensorBuffer Pack(TensorBuffer from, int heads, int dim)
        {
            var dense = new TensorBuffer(1, heads, 27, dim, Arrangement.Packed);
            for (int h = 0; h < heads; h++)
            {
                for (int t = 0; t < 27; t++)
                {
                    for (int c = 0; c < dim; c++)
                    {
                        dense.At(0, h, t, c) = from.At(t / 20, h, t % 20, c);
                    }
                }
            }

            return dense;
        }

        host.Strided(call.With(query: Pack(call.Query, shape.Heads, shape.HeadDim), key: Pack(call.Key, shape.KvHeads, shape.HeadDim), value: Pack(call.Value, shape.KvHeads, shape.ValueDim), output: new TensorBuffer(1, shape.Heads, 27, shape.ValueDim, Arrangement.Packed), inputs: new CallInputs { CumulativeLengths = [0, 20, 27] }), packed);
        KernelCall one = next.NewCall(), other = next.NewCall();
        host.Strided(one, padded);
        host.Contiguous(other, packed);
        Assert.True(Bits.Same(one.Output.Get(), other.Output.Get()), TestSeed.Repeat);
    }

    [Fact]
    public void What_a_state_does_not_fit_is_refused()
    {
        StateHost rotary = StateFactory.Host(1), performer = StateFactory.Host(2), bounded = StateFactory.Host(6);
        Random random = TestSeed.For(nameof(What_a_state_does_not_fit_is_refused));
        KernelCall call = ConformanceCase.Plain(rotary.Declaration, random, 2, 5, 5).NewCall();
        using RecurrentState state = rotary.NewState(2), three = rotary.NewState(3), foreign = performer.NewState(2), one = bounded.NewState(1);
        Refused("state", () => rotary.Strided(call, null));
        Refused("state", () => rotary.Strided(call, three));
        Refused("state", () => rotary.Strided(call, foreign));
        Refused("KeyLengths", () => rotary.Strided(call.With(inputs: new CallInputs { KeyLengths = [1, 5] }), state));
        Refused("key", () => rotary.Strided(ConformanceCase.Plain(rotary.Declaration, random, 2, 5, 6).NewCall(), state));
        KernelCall many = ConformanceCase.Plain(bounded.Declaration, random, 1, 30, 30).NewCall();
        bounded.Strided(many, one);
        Refused("length", () => bounded.Strided(many, one));
        KernelCall features = ConformanceCase.Plain(performer.Declaration, random, 2, 5, 5).NewCall();
        performer.Strided(features, foreign);
        performer.Redraw(9);
        Refused("state", () => performer.Strided(features, foreign));
        foreign.Reset();
        performer.Strided(features, foreign);
        performer.Redraw(0);

        static void Refused(string argument, Action call) => Assert.Equal(argument, Assert.ThrowsAny<ArgumentException>(call).ParamName);
    }

    [Fact]
    public void A_step_allocates_nothing()
    {
        for (int index = 0; index < 6; index++)
        {
            StateHost host = StateFactory.Host(index);
            KernelCall call = ConformanceCase.Plain(host.Declaration, TestSeed.For(nameof(A_step_allocates_nothing), index), 2, 1, 1).NewCall();
            using RecurrentState state = host.NewState(2);

            // Tables of positions grow now and then; those of 20 positions are there after one call.
            host.Forward(ConformanceCase.Plain(host.Declaration, TestSeed.For("grow"), 1, 64, 64).NewCall());
            Assert.Equal(0, AllocationMeter.OfThread(() => host.Strided(call, state)));
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Layers_in_steps_agree_with_one_forward(int index)
    {
        const int Batch = 2, Length = 70, Width = 24;
        Random random = TestSeed.For(nameof(Layers_in_steps_agree_with_one_forward), index);
        using StateLayer layer = StateFactory.Layer(index, random.Next());
        using RecurrentState state = layer.NewState(Batch);
        float[] input = random.Normal(Batch * Length * Width), whole = new float[input.Length];
        layer.Forward(input, whole, Batch, Length);
        double bound = 80 * ErrorBound.UnitRoundoff * Math.Max(1, whole.Max(Math.Abs));
        for (int first = 0; first < Length;)
        {
            int count = Math.Min(Length - first, random.Pick([1, 1, 2, 7]));
            float[] Cut(float[] from) => [.. Enumerable.Range(0, Batch).SelectMany(b => from.AsSpan(((b * Length) + first) * Width, count * Width).ToArray())];
            float[] part = Cut(input), output = new float[part.Length];
            layer.Step(part, output, state, Batch, count, default);
            Assert.All(Cut(whole).Zip(output, (one, other) => one - other), error => Assert.InRange(error, -bound, bound));
            first += count;
        }

        if (index is 1 or 2)
        {
            float[] untouched = new float[Batch * 31 * Width];
            Assert.Throws<ArgumentException>(() => layer.Step(new float[untouched.Length], untouched, state, Batch, 31, default));
            Assert.Throws<ArgumentException>(() => layer.Step(new float[Batch * Width], new float[Batch * Width], state, Batch, 1, new AttentionArguments { KeyLengths = [1, 0] }));
        }
    }

    private static void InSteps(StateHost host, KernelCall call, Random random)
    {
        int length = call.Query.Layout.Length;
        using RecurrentState state = host.NewState(call.Query.Layout.Batch);
        for (int first = 0; first < length;)
        {
            int count = Math.Min(length - first, random.Pick([1, 1, 1, 2, 7, 50, 100]));
            host.Step(call, state, first, count);
            first += count;
        }
    }

    private static float[] Rows(KernelCall call, int first, int count)
    {
        TensorLayout layout = call.Output.Layout;
        float[] output = call.Output.Get();
        return [.. Enumerable.Range(0, layout.Batch * layout.Heads).SelectMany(head => output.AsSpan(((head * layout.Length) + first) * layout.Dim, count * layout.Dim).ToArray())];
    }
}
