using System.Reflection;
using AttentionGen.Conformance.Declarations;
using AttentionGen.Reference;

namespace AttentionGen.Conformance.Kernels;

/// <summary>One call of a layer host, held on the heap.</summary>
public sealed class LayerCall
{
    public required float[] Input { get; init; }

    /// <summary>Where keys and values come from in cross-attention; otherwise null.</summary>
    public float[]? Memory { get; init; }

    public required float[] Output { get; init; }

    public int Batch { get; init; }

    public int Length { get; init; }

    public int MemoryLength { get; init; }

    public int[]? KeyLengths { get; init; }

    /// <summary>Where each of several sequences laid end to end begins, and the end; null: there is one length.</summary>
    public int[]? CumulativeLengths { get; init; }

    public int[]? CumulativeKeyLengths { get; init; }

    public SimdTier Tier { get; init; }

    public AttentionArguments Arguments => new() { KeyLengths = KeyLengths, CumulativeLengths = CumulativeLengths, CumulativeKeyLengths = CumulativeKeyLengths, Tier = Tier };

    public LayerCall With(int[] cumulativeLengths, int[] cumulativeKeyLengths) => new()
    {
        Input = Input,
        Memory = Memory,
        Output = Output,
        Batch = Batch,
        Length = Length,
        MemoryLength = MemoryLength,
        CumulativeLengths = cumulativeLengths,
        CumulativeKeyLengths = cumulativeKeyLengths,
        Tier = Tier,
    };
}

/// <summary>A compiled layer, through an adapter compiled beside it.</summary>
public abstract class LayerHost : IDisposable
{
    public abstract void Forward(LayerCall call);

    /// <summary>The layer's weights, as the oracle takes them: <c>[inputs, outputs]</c>.</summary>
    public abstract LayerWeights Weights();

    /// <summary>One of the layer's tensors, or null when it has none of that name.</summary>
    public abstract float[]? Tensor(string name);

    /// <summary>What a layer with a learned table adds at each position.</summary>
    public abstract void GetEncoding(int[] positions, float[] encoding);

    public abstract void Set(string name, float[] values);

    public abstract void Save(Stream stream);

    public abstract void Load(Stream stream);

    public abstract void Dispose();
}

/// <summary>Compiles declared layers and the tables of declared kernels. Everything these tests assume of the generated surface is in the two adapters' text.</summary>
public static class LayerFactory
{
    private static readonly Lazy<Assembly> Compiled = new(() => KernelCompiler.Compile([.. LayerDeclaration.All.Select(layer => LayerSource(layer, typeof(LayerHost), "")), TableSource]));

    public static LayerHost Create(LayerDeclaration layer, int seed) =>
        (LayerHost)Activator.CreateInstance(Compiled.Value.GetType(layer.Name + "Adapter", throwOnError: true)!, seed)!;

    /// <summary>The sinusoidal kernel host's <c>GetEncoding</c>.</summary>
    public static Action<int[], float[]> GetEncoding => Table("GetEncoding").CreateDelegate<Action<int[], float[]>>();

    /// <summary>The sinusoidal kernel host's <c>AddEncoding</c>: (input, batch, length).</summary>
    public static Action<float[], int, int> AddEncoding => Table("AddEncoding").CreateDelegate<Action<float[], int, int>>();

    private static MethodInfo Table(string name) => Compiled.Value.GetType("TableAdapter", throwOnError: true)!.GetMethod(name)!;

    private const string TableSource = """
        [global::AttentionGen.Attention(Heads = 3, HeadDim = 10)]
        [global::AttentionGen.PositionalEncoding("sinusoidal", Base = 500)]
        public static partial class SinusoidalTable;

        public static class TableAdapter
        {
            public static void GetEncoding(int[] positions, float[] encoding) => SinusoidalTable.GetEncoding(positions, encoding);

            public static void AddEncoding(float[] input, int batch, int length) => SinusoidalTable.AddEncoding(input, batch, length);
        }
        """;

    /// <summary>A layer and its adapter, of a type derived from <see cref="LayerHost"/> whose further members are given.</summary>
    public static string LayerSource(LayerDeclaration layer, Type adapter, string members) => $$"""
        using System;
        {{layer.Attributes}}
        public partial class {{layer.Name}}
        {
            {{layer.Functions?.Source}}
        }

        public sealed class {{layer.Name}}Adapter(int seed) : global::{{adapter.FullName}}
        {
            private readonly {{layer.Name}} layer = new(seed);

            public override void Forward(global::{{typeof(LayerCall).FullName}} call) =>
                layer.Forward(call.Input, {{(layer.Cross ? "call.Memory, call.Output, call.Batch, call.Length, call.MemoryLength" : "call.Output, call.Batch, call.Length")}}, call.Arguments);

            public override global::{{typeof(LayerWeights).FullName}} Weights() => new(
                Read("q_proj.weight"), Read("k_proj.weight"), Read("v_proj.weight"), Read("o_proj.weight"){{(layer.Bias
                    ? ", Read(\"q_proj.bias\"), Read(\"k_proj.bias\"), Read(\"v_proj.bias\"), Read(\"o_proj.bias\")"
                    : "")}});

            public override void GetEncoding(int[] positions, float[] encoding) =>
                {{(layer.LearnsPositions ? "layer.GetEncoding(positions, encoding)" : "throw new global::System.NotSupportedException()")}};

            private float[] Read(string name) => Tensor(name) ?? throw new global::System.InvalidOperationException("No tensor named " + name);

            public override float[]? Tensor(string name)
            {
                foreach (global::AttentionGen.WeightTensor tensor in layer.Weights.Tensors)
                {
                    if (tensor.Name == name)
                    {
                        float[] values = new float[tensor.Length];
                        layer.Weights.CopyTo(name, values);
                        return values;
                    }
                }

                return null;
            }

            public override void Set(string name, float[] values) => layer.Weights.Set(name, values);

            public override void Save(global::System.IO.Stream stream) => layer.Weights.Save(stream);

            public override void Load(global::System.IO.Stream stream) => layer.Weights.Load(stream);

            public override void Dispose() => layer.Dispose();

            {{members}}
        }
        """;
}
