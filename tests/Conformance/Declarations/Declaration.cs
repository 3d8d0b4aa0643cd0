using AttentionGen.Reference;

namespace AttentionGen.Conformance.Declarations;

/// <summary>The heads and dims of a declared attention.</summary>
public sealed record HeadShape(int Heads, int KvHeads, int HeadDim, int ValueDim)
{
    public override string ToString() => $"h{Heads}kv{KvHeads}d{HeadDim}v{ValueDim}";
}

/// <summary>One <c>[PositionalEncoding]</c> of a declaration.</summary>
public sealed record EncodingDeclaration(string Name, Argument[] Arguments)
{
    public string ToSource() =>
        $"[global::AttentionGen.PositionalEncoding(\"{Name}\"{string.Concat(Arguments.Select(a => $", {a.Name} = {a.Code}"))})]";

    public override string ToString() => Name + (Arguments.Length == 0 ? "" : $"({string.Join(", ", Arguments.Select(a => $"{a.Name} = {a.Code}"))})");
}

/// <summary>A declared attention: what the generator is given, and what the oracle is told.</summary>
public sealed record Declaration(string Type, Argument[] Arguments, EncodingDeclaration[] Encodings, HeadShape Shape)
{
    /// <summary>The user's own functions; null: none.</summary>
    public FunctionDeclaration? Functions { get; init; }

    /// <summary>The arguments of <c>[KvCache]</c>; null: there is none.</summary>
    public Argument[]? Cache { get; init; }

    public Parameters Parameters { get; } = WithFeatures(Type, Shape, Argument.ToParameters(Arguments));

    /// <summary>The flag or the type that hides later keys.</summary>
    public bool IsCausal => Type == "causal" || Parameters.Int("Causal", 0) != 0;

    public CausalAlignment Alignment => (CausalAlignment)Parameters.Int("CausalAlignment", 0);

    /// <summary>Whether the call may pass query and key lengths that differ.</summary>
    public bool AllowsUnequalLengths => Alignment != CausalAlignment.Unspecified
        || (!IsCausal && Functions is null && Type is ("standard" or "kvstrided" or "landmark" or "differential" or "relative" or "t5" or "crossmemory" or "linear" or "performer"));

    /// <summary>Whether there is one softmax, and so a log-sum-exp.</summary>
    public bool HasLogSumExp => HasScores && ReferenceTypes.Softmaxes(Type, Parameters).Count == 1;

    /// <summary>Whether there is a score for each (query, key) pair, which masks, biases and score-biasing encodings act on.</summary>
    public bool HasScores => !FeatureAttention.Covers(Type);

    /// <summary>Whether a logit per head joins the softmax.</summary>
    public bool HasSinkLogits => Parameters.Int("LearnedSinks", 0) != 0 || Parameters.Array("SinkLogits") is not null;

    /// <summary>Whether normalised rows have gains.</summary>
    public bool HasGains => Parameters.Int("QkNorm", 0) == 1;

    /// <summary>Whether a call may drop weights.</summary>
    public bool HasDropout => Parameters.Number("Dropout", 0) > 0;

    /// <summary>Features that one softmax compares.</summary>
    public int QueryDim => Type == "differential" ? Shape.HeadDim / 2 : Shape.HeadDim;

    /// <summary>Whether positions turn queries and keys.</summary>
    public bool IsRotary => Has("rope") || Has("mrope") || Has("xpos");

    /// <summary>Axes of rotary positions.</summary>
    public int PositionAxes => Encodings.SelectMany(encoding => encoding.Arguments).FirstOrDefault(argument => argument.Name == "Sections")?.Array?.Length ?? 1;

    public bool Has(string encoding) => Encodings.Any(e => e.Name == encoding);

    /// <summary>What was written for a name that is a type and an encoding; null: it is neither here.</summary>
    public Parameters? Find(string name) =>
        Type == name ? Parameters : Encodings.FirstOrDefault(e => e.Name == name) is { } encoding ? Argument.ToParameters(encoding.Arguments) : null;

    /// <summary>The problem's declared half; the data is the caller's.</summary>
    public ReferenceProblem ToProblem(AttentionSizes sizes, double[] query, double[] key, double[] value, CallInputs inputs) => new()
    {
        Sizes = sizes,
        Query = query,
        Key = key,
        Value = value,
        Type = Type,
        Parameters = Parameters,
        Encodings = [.. Encodings.Select(e => new ReferenceEncoding(e.Name, Argument.ToParameters(e.Arguments)))],
        Causal = Parameters.Int("Causal", 0) != 0,
        AlignBottomRight = Alignment == CausalAlignment.BottomRight,
        Scale = Parameters.Has("Scale") ? Parameters.Number("Scale", 0) : null,
        Temperature = Parameters.Number("Temperature", 1),
        KeyLengths = inputs.KeyLengths,
        QueryPositions = inputs.QueryPositions,
        KeyPositions = inputs.KeyPositions,
        Keep = inputs.Keep,
        Blocks = inputs.Blocks,
        Drop = inputs.Drop,
        Bias = inputs.Bias,
        Functions = Functions?.Meaning,
        RelativeKeys = inputs.RelativeKeys,
        RelativeValues = inputs.RelativeValues,
        BucketBias = inputs.BucketBias,
        LocalFeatures = inputs.LocalFeatures,
        Softcap = Parameters.Has("Softcap") ? Parameters.Number("Softcap", 0) : null,
        QkNorm = Parameters.Int("QkNorm", 0),
        QueryGain = inputs.QueryGain,
        KeyGain = inputs.KeyGain,
        SinkLogits = HasSinkLogits ? inputs.SinkLogits ?? Parameters.Array("SinkLogits") ?? new float[Shape.Heads] : null,
        Dropout = Parameters.Number("Dropout", 0),
        DropoutSeed = inputs.DropoutSeed,
    };

    /// <summary>The host as a user writes it.</summary>
    public string ToSource(string hostName)
    {
        string shape = $"Heads = {Shape.Heads}, KvHeads = {Shape.KvHeads}, HeadDim = {Shape.HeadDim}, ValueDim = {Shape.ValueDim}";
        string attention = $"[global::AttentionGen.Attention(Type = \"{Type}\", {shape}{string.Concat(Arguments.Select(a => $", {a.Name} = {a.Code}"))})]";
        string encodings = string.Concat(Encodings.Select(e => e.ToSource() + "\n"));
        string cache = Cache is null ? "" : $"[global::AttentionGen.KvCache({string.Join(", ", Cache.Select(a => $"{a.Name} = {a.Code}"))})]\n";
        return $"using System;\n{attention}\n{encodings}{cache}public static partial class {hostName}\n{{\n{Functions?.Source}\n}}\n";
    }

    // The oracle takes the random features as data: what they must satisfy is tested by itself.
    private static Parameters WithFeatures(string type, HeadShape shape, Parameters written)
    {
        if (type != "performer")
        {
            return written;
        }

        var features = new RandomFeatures(written.Int("Features", 256), shape.HeadDim, written.Int("FeatureSeed", 0));
        var matrix = new float[features.Count * features.Dim];
        features.CopyTo(matrix);
        return written.With("RandomFeatures", matrix);
    }

    public override string ToString() =>
        $"{Type}({string.Join(", ", Arguments.Select(a => $"{a.Name} = {a.Code}"))}) {string.Join(" + ", Encodings.Select(e => e.ToString()))} {Shape}{(Functions is null ? "" : " " + Functions.Name)}{(Cache is null ? "" : $" cache({string.Join(", ", Cache.Select(a => $"{a.Name} = {a.Code}"))})")}";
}
