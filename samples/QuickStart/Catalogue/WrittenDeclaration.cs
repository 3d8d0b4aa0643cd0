using System.Globalization;
using System.Reflection;
using AttentionGen;
using AttentionGen.Reference;

namespace QuickStart.Catalogue;

/// <summary>A class's attributes as they were written, in the oracle's terms: the declaration says everything there is to say.</summary>
public sealed class WrittenDeclaration
{
    private static readonly string[] Shape = ["Type", "DModel", "Heads", "KvHeads", "HeadDim"];
    private readonly Parameters parameters;
    private readonly Func<int, int, bool>? keep;

    /// <summary>Reads the attributes of a class.</summary>
    public WrittenDeclaration(Type host)
    {
        parameters = Read(host.CustomAttributes.Single(static data => data.AttributeType == typeof(AttentionAttribute)));
        Type = host.GetCustomAttribute<AttentionAttribute>()!.Type;
        Encodings = [.. host.CustomAttributes.Where(static data => data.AttributeType == typeof(PositionalEncodingAttribute)).Select(static data => new ReferenceEncoding((string)data.ConstructorArguments[0].Value!, Read(data)))];
        keep = host.GetMethod("Keep", BindingFlags.Static | BindingFlags.NonPublic | BindingFlags.Public)?.CreateDelegate<Func<int, int, bool>>();
        Heads = parameters.Int("Heads", 0);
        KvHeads = parameters.Int("KvHeads", Heads);
        DModel = parameters.Int("DModel", 0);
        HeadDim = parameters.Int("HeadDim", DModel / Math.Max(Heads, 1));
        if (Type == AttentionTypes.Performer)
        {
            // The oracle takes them as data: they are the seed's.
            var features = new RandomFeatures(parameters.Int("Features", 256), HeadDim, parameters.Int("FeatureSeed", 0));
            var matrix = new float[features.Count * features.Dim];
            features.CopyTo(matrix);
            parameters = parameters.With("RandomFeatures", matrix);
        }

        Text = string.Join(", ", host.CustomAttributes.Where(static data => data.AttributeType == typeof(AttentionAttribute) || data.AttributeType == typeof(PositionalEncodingAttribute))
            .SelectMany(static data => data.NamedArguments)
            .Where(static argument => !Shape.Contains(argument.MemberName))
            .Select(static argument => $"{argument.MemberName} = {Format(argument.TypedValue)}"));
    }

    /// <summary>The attention type.</summary>
    public string Type { get; }

    /// <summary>The positional encodings.</summary>
    public IReadOnlyList<ReferenceEncoding> Encodings { get; }

    /// <summary>Query heads.</summary>
    public int Heads { get; }

    /// <summary>Key/value heads.</summary>
    public int KvHeads { get; }

    /// <summary>Features of a head.</summary>
    public int HeadDim { get; }

    /// <summary>Model width of a layer.</summary>
    public int DModel { get; }

    /// <summary>What was written besides names and shape.</summary>
    public string Text { get; }

    /// <summary>What was written for a type or encoding of that name; null: it is neither.</summary>
    public Parameters? Find(string name) => Type == name ? parameters : Encodings.FirstOrDefault(encoding => encoding.Name == name)?.Parameters;

    /// <summary>The same for the oracle.</summary>
    public ReferenceProblem Problem(int length, double[] query, double[] key, double[] value, IReadOnlyList<ReferenceEncoding> encodings, CallTensors? tensors = null) => new()
    {
        Sizes = new(1, Heads, KvHeads, length, length, HeadDim, HeadDim),
        Query = query,
        Key = key,
        Value = value,
        Type = Type,
        Parameters = parameters,
        Encodings = encodings,
        Causal = parameters.Int("Causal", 0) != 0,
        Scale = parameters.Has("Scale") ? parameters.Number("Scale", 1) : null,
        Temperature = parameters.Number("Temperature", 1),
        Softcap = parameters.Has("Softcap") ? parameters.Number("Softcap", 1) : null,
        QkNorm = parameters.Int("QkNorm", 0),
        Functions = keep is null ? null : new UserFunctions((_, query, key) => keep(query, key), null),
        RelativeKeys = tensors?.RelativeKeys,
        RelativeValues = tensors?.RelativeValues,
        BucketBias = tensors?.BucketBias,
        LocalFeatures = tensors?.LocalFeatures,
    };

    private static Parameters Read(CustomAttributeData data)
    {
        Parameters read = Parameters.None;
        foreach (CustomAttributeNamedArgument argument in data.NamedArguments)
        {
            read = argument.TypedValue.Value switch
            {
                string => read,
                IEnumerable<CustomAttributeTypedArgument> elements => read.With(argument.MemberName, [.. elements.Select(static element => Convert.ToSingle(element.Value, CultureInfo.InvariantCulture))]),
                object number => read.With(argument.MemberName, Convert.ToDouble(number, CultureInfo.InvariantCulture)),
                null => read,
            };
        }

        return read;
    }

    private static string Format(CustomAttributeTypedArgument argument) => argument.Value switch
    {
        IEnumerable<CustomAttributeTypedArgument> elements => $"[{string.Join(", ", elements.Select(Format))}]",
        object value when argument.ArgumentType.IsEnum => Enum.ToObject(argument.ArgumentType, value).ToString()!,
        object value => Convert.ToString(value, CultureInfo.InvariantCulture)!,
        null => "null",
    };
}
