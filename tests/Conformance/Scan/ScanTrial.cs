using AttentionGen.Conformance.Cases;
using AttentionGen.Conformance.Kernels;
using AttentionGen.Reference;

namespace AttentionGen.Conformance.Scan;

/// <summary>One call of a scan, held on the heap, with its data; the oracle's problems are cut from it.</summary>
public sealed class ScanTrial
{
    public required ScanDeclaration Declaration { get; init; }

    public required TensorBuffer U { get; init; }

    public required TensorBuffer Delta { get; init; }

    public required float[] A { get; init; }

    public required TensorBuffer B { get; init; }

    public required TensorBuffer C { get; init; }

    /// <summary>Empty: none.</summary>
    public required float[] D { get; init; }

    /// <summary>Null: none.</summary>
    public required TensorBuffer? Z { get; init; }

    public required TensorBuffer Output { get; init; }

    public int Batch { get; init; }

    public int Length { get; init; }

    public int[]? KeyLengths { get; init; }

    public int[]? CumulativeLengths { get; init; }

    public int MaxThreads { get; set; }

    public SimdTier Tier { get; set; }

    public RecurrentState? State { get; set; }

    /// <summary>An optional argument that means nothing for a scan, to be given all the same; null: none.</summary>
    public string? Meaningless { get; set; }

    public AttentionArguments Arguments => new()
    {
        KeyLengths = KeyLengths,
        CumulativeLengths = CumulativeLengths,
        MaxThreads = MaxThreads,
        Tier = Tier,
        CumulativeKeyLengths = Meaningless == "CumulativeKeyLengths" ? [0, 6] : default,
        LogSumExp = Meaningless == "LogSumExp" ? new float[4] : default,
        QueryPositions = Meaningless == "QueryPositions" ? [1] : default,
        KeyPositions = Meaningless == "KeyPositions" ? [1] : default,
        Keep = Meaningless == "Keep" ? new KeepMask([true], 1, 1, 1, 1) : default,
        Drop = Meaningless == "Drop" ? new DropMask([true], 1, 1, 1, 1) : default,
        Bias = Meaningless == "Bias" ? new ScoreBias([1f], 1, 1, 1, 1) : default,
        Blocks = Meaningless == "Blocks" ? BlockMask.FromKeep(new KeepMask([true], 1, 1, 1, 1)) : null,
        RelativeKeys = Meaningless == "RelativeKeys" ? [1f] : default,
        RelativeValues = Meaningless == "RelativeValues" ? [1f] : default,
        BucketBias = Meaningless == "BucketBias" ? [1f] : default,
        SinkLogits = Meaningless == "SinkLogits" ? [1f] : default,
        QueryGain = Meaningless == "QueryGain" ? [1f] : default,
        KeyGain = Meaningless == "KeyGain" ? [1f] : default,
        LocalFeatures = Meaningless == "LocalFeatures" ? U.View : default(ReadOnlyTensorView),
        DropoutSeed = Meaningless == "DropoutSeed" ? 1 : null,
    };

    public ReadOnlyTensorView Gate => Z is null ? default : Z.View;

    public Span<float> GateSpan => Z is null ? default : Z.Span;

    /// <summary>A call of random data with decays from hardly any to nearly all.</summary>
    public static ScanTrial Draw(ScanDeclaration declaration, Random random, int batch, int length, Arrangement arrangement = Arrangement.HeadsFirst, double magnitude = 1, bool plain = true, int[]? keyLengths = null, int[]? cumulativeLengths = null)
    {
        (int inner, int states) = (declaration.InnerDim, declaration.StateSize);
        TensorBuffer Tensor(int dim, double size, double shift = 0)
        {
            float[] values = [.. random.Normal(batch * length * dim, size).Select(value => (float)(value + shift))];
            HidePadding(values, keyLengths, length, dim);
            return new TensorBuffer(batch, 1, length, dim, arrangement).Set(values);
        }

        return new ScanTrial
        {
            Declaration = declaration,
            U = Tensor(inner, magnitude),
            Delta = Tensor(inner, 2, random.Pick([-4, 0, -8, 3])),
            A = [.. Enumerable.Range(0, inner * states).Select(n => (float)-((1 + (n % states)) * (0.2 + random.NextDouble())))],
            B = Tensor(states, magnitude),
            C = Tensor(states, 1),
            D = plain || random.Chance(0.7) ? random.Normal(inner) : [],
            Z = plain || random.Chance(0.7) ? Tensor(inner, random.Pick([1, 10])) : null,
            Output = new TensorBuffer(batch, 1, length, inner, random.Pick([arrangement, Arrangement.Padded])),
            Batch = batch,
            Length = length,
            KeyLengths = keyLengths,
            CumulativeLengths = cumulativeLengths,
        };
    }

    /// <summary>The same inputs with an output of its own.</summary>
    public ScanTrial Again() => new()
    {
        Declaration = Declaration,
        U = U,
        Delta = Delta,
        A = A,
        B = B,
        C = C,
        D = D,
        Z = Z,
        Output = new TensorBuffer(Batch, 1, Length, Declaration.InnerDim, Arrangement.HeadsFirst),
        Batch = Batch,
        Length = Length,
        KeyLengths = KeyLengths,
        CumulativeLengths = CumulativeLengths,
        MaxThreads = MaxThreads,
        Tier = Tier,
    };

    /// <summary>Some positions of all sequences, as a call of its own.</summary>
    public ScanTrial Slice(int first, int count)
    {
        TensorBuffer Cut(TensorBuffer tensor)
        {
            int dim = tensor.Layout.Dim;
            float[] values = tensor.Get();
            return new TensorBuffer(Batch, 1, count, dim, Arrangement.HeadsFirst).Set([.. Enumerable.Range(0, Batch).SelectMany(b => values.AsSpan(((b * Length) + first) * dim, count * dim).ToArray())]);
        }

        return new ScanTrial
        {
            Declaration = Declaration,
            U = Cut(U),
            Delta = Cut(Delta),
            A = A,
            B = Cut(B),
            C = Cut(C),
            D = D,
            Z = Z is null ? null : Cut(Z),
            Output = new TensorBuffer(Batch, 1, count, Declaration.InnerDim, Arrangement.HeadsFirst),
            Batch = Batch,
            Length = count,
            Tier = Tier,
            State = State,
        };
    }

    /// <summary>The oracle's problems: each sequence's real rows, with the first row of the tensors that it stands at.</summary>
    public IEnumerable<(int FirstRow, SelectiveScan Problem)> Problems()
    {
        int sequences = CumulativeLengths is null ? Batch : CumulativeLengths.Length - 1;
        for (int s = 0; s < sequences; s++)
        {
            int first = CumulativeLengths is null ? s * Length : CumulativeLengths[s];
            int rows = CumulativeLengths is not null ? CumulativeLengths[s + 1] - first : KeyLengths is null ? Length : KeyLengths[s];
            double[] Rows(TensorBuffer tensor) => ReferenceProblem.Widen(tensor.Get().AsSpan(first * tensor.Layout.Dim, rows * tensor.Layout.Dim).ToArray());
            yield return (first, new SelectiveScan
            {
                Channels = Declaration.InnerDim,
                States = Declaration.StateSize,
                Length = rows,
                U = Rows(U),
                Delta = Rows(Delta),
                A = ReferenceProblem.Widen(A),
                B = Rows(B),
                C = Rows(C),
                D = D.Length == 0 ? null : ReferenceProblem.Widen(D),
                Z = Z is null ? null : Rows(Z),
            });
        }
    }

    public override string ToString() =>
        $"{Declaration} batch {Batch} length {Length} lengths [{string.Join(' ', KeyLengths ?? CumulativeLengths ?? [])}] {U.Layout} {(D.Length == 0 ? "" : "D ")}{(Z is null ? "" : "z ")}{Tier} threads {MaxThreads}";

    // Padding is never read: NaN there must not be seen.
    private static void HidePadding(float[] values, int[]? keyLengths, int length, int dim)
    {
        for (int s = 0; s < keyLengths?.Length; s++)
        {
            values.AsSpan(((s * length) + keyLengths[s]) * dim, (length - keyLengths[s]) * dim).Fill(float.NaN);
        }
    }
}
