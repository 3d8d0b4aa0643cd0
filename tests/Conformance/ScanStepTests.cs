using AttentionGen.Allocation;
using AttentionGen.Conformance.Cases;
using AttentionGen.Conformance.Kernels;
using AttentionGen.Conformance.Scan;
using Xunit;

namespace AttentionGen.Conformance;

/// <summary>Scans cut into steps: the same bits as in one piece, in constant memory; states that are reset, copied, saved.</summary>
[Collection(Serial.Name)]
public class ScanStepTests
{
    private const int Batch = 3;
    private const int Length = 75;

    [Theory]
    [MemberData(nameof(ScanTests.Declarations), MemberType = typeof(ScanTests))]
    public void Steps_give_the_bits_of_one_scan(int index, string declaration)
    {
        ScanHost host = ScanFactory.Host(index);
        Random random = TestSeed.For(nameof(Steps_give_the_bits_of_one_scan) + declaration, index);
        ScanTrial whole = ScanTrial.Draw(host.Declaration, random, Batch, Length, plain: false);
        foreach (SimdTier tier in Checker.Tiers)
        {
            whole.Tier = tier;
            host.Strided(whole);
            using RecurrentState state = host.NewState(Batch);
            whole.State = state;
            for (int first = 0; first < Length;)
            {
                int count = Math.Min(Length - first, random.Pick([1, 1, 1, 2, 5, 33]));
                Step(host, whole, first, count);
                first += count;
            }

            Assert.Equal(Length, state.Position);
        }
    }

    [Fact]
    public void State_is_reset_copied_and_saved()
    {
        ScanHost host = ScanFactory.Host(0);
        ScanTrial whole = ScanTrial.Draw(host.Declaration, TestSeed.For(nameof(State_is_reset_copied_and_saved)), Batch, Length);
        host.Strided(whole);
        using RecurrentState state = host.NewState(Batch), copy = host.NewState(Batch), loaded = host.NewState(Batch);
        Assert.Equal((long)Batch * host.Declaration.InnerDim * host.Declaration.StateSize * sizeof(float), state.Bytes);
        whole.State = state;
        Step(host, whole, 0, 20);
        copy.CopyFrom(state);
        using var file = new MemoryStream();
        state.Save(file);
        file.Position = 0;
        Step(host, whole, 20, 9);
        loaded.Load(file);
        Assert.Equal(file.Length, file.Position);
        foreach (RecurrentState other in new[] { copy, loaded })
        {
            Assert.Equal(20, other.Position);
            whole.State = other;
            Step(host, whole, 20, 3);
            Step(host, whole, 23, 1);
        }

        state.Reset();
        whole.State = state;
        Step(host, whole, 0, 1);
        Step(host, whole, 1, 40);
    }

    [Fact]
    public void A_sequence_takes_over_another()
    {
        ScanHost host = ScanFactory.Host(2);
        ScanTrial whole = ScanTrial.Draw(host.Declaration, TestSeed.For(nameof(A_sequence_takes_over_another)), 2, 12);
        using RecurrentState state = host.NewState(2);
        whole.State = state;
        host.Step(whole.Slice(0, 11));
        state.CopySequence(0, 1);
        ScanTrial last = whole.Slice(11, 1);
        int inner = host.Declaration.InnerDim, states = host.Declaration.StateSize;
        foreach ((TensorBuffer tensor, int dim) in new[] { (last.U, inner), (last.Delta, inner), (last.B, states), (last.C, states), (last.Z!, inner) })
        {
            float[] row = tensor.Get();
            tensor.Set([.. row[..dim], .. row[..dim]]);
        }

        host.Step(last);
        float[] output = last.Output.Get();
        Assert.True(Bits.Same(output[..inner], output[inner..]));
    }

    [Fact]
    public void Key_lengths_and_packed_sequences_leave_each_sequence_where_it_ends()
    {
        ScanHost host = ScanFactory.Host(3);
        Random random = TestSeed.For(nameof(Key_lengths_and_packed_sequences_leave_each_sequence_where_it_ends));
        int[] lengths = [0, 9, 40];
        ScanTrial prompt = ScanTrial.Draw(host.Declaration, random, 3, 40, keyLengths: lengths);
        ScanTrial next = ScanTrial.Draw(host.Declaration, random, 3, 1);
        using RecurrentState padded = host.NewState(3), packed = host.NewState(3);
        prompt.State = padded;
        host.Step(prompt);

        // The same prompts without their padding.
        int[] starts = [0, 0, 9, 49];
        TensorBuffer Pack(TensorBuffer tensor)
        {
            int dim = tensor.Layout.Dim;
            float[] values = tensor.Get();
            return new TensorBuffer(1, 1, 49, dim, Arrangement.HeadsFirst).Set([.. values.AsSpan(40 * dim, 9 * dim), .. values.AsSpan(80 * dim, 40 * dim)]);
        }

        var dense = new ScanTrial
        {
            Declaration = host.Declaration,
            U = Pack(prompt.U),
            Delta = Pack(prompt.Delta),
            A = prompt.A,
            B = Pack(prompt.B),
            C = Pack(prompt.C),
            D = prompt.D,
            Z = Pack(prompt.Z!),
            Output = new TensorBuffer(1, 1, 49, host.Declaration.InnerDim, Arrangement.HeadsFirst),
            Batch = 1,
            Length = 49,
            CumulativeLengths = starts,
            State = packed,
        };
        host.Step(dense);
        Assert.True(Bits.Same(dense.Output.Get().AsSpan(0, 9 * host.Declaration.InnerDim), prompt.Output.Get().AsSpan(40 * host.Declaration.InnerDim, 9 * host.Declaration.InnerDim)));
        next.State = padded;
        host.Step(next);
        ScanTrial other = next.Again();
        other.State = packed;
        host.Step(other);
        Assert.True(Bits.Same(next.Output.Get(), other.Output.Get()), TestSeed.Repeat);
    }

    [Fact]
    public void A_step_allocates_nothing()
    {
        ScanHost host = ScanFactory.Host(9);
        using RecurrentState state = host.NewState(2);
        ScanTrial trial = ScanTrial.Draw(host.Declaration, TestSeed.For(nameof(A_step_allocates_nothing)), 2, 1);
        trial.State = state;
        foreach (int threads in new[] { 1, 0 })
        {
            trial.MaxThreads = threads;
            Assert.Equal(0, AllocationMeter.OfThread(() => host.Step(trial)));
            Assert.Equal(0, AllocationMeter.OfThread(() => host.Strided(trial)));
            Assert.Equal(0, AllocationMeter.OfProcess(() => host.Step(trial)));
        }
    }

    // One step of some positions, against the same rows of the whole.
    private static void Step(ScanHost host, ScanTrial whole, int first, int count)
    {
        ScanTrial part = whole.Slice(first, count);
        (first % 2 == 0 ? host.Step : host.StepContiguous)(part);
        int inner = whole.Declaration.InnerDim;
        float[] expected = whole.Output.Get(), actual = part.Output.Get();
        for (int b = 0; b < whole.Batch; b++)
        {
            Assert.True(
                Bits.Same(expected.AsSpan(((b * whole.Length) + first) * inner, count * inner), actual.AsSpan(b * count * inner, count * inner)),
                $"Positions {first} to {first + count - 1} of sequence {b}: {whole} ({TestSeed.Repeat})");
        }
    }
}
