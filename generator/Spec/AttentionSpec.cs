using System.Collections.Generic;
using System.Linq;

namespace AttentionGen.Generator.Spec;

/// <summary>
/// One declared attention, as read from its attributes: what was written, nothing concluded. Roslyn-free and compared by value.
/// <see cref="SpecReader"/> makes it, <c>Rules/RuleBook</c> judges it, <see cref="AttentionShape"/> concludes its numbers.
/// </summary>
/// <param name="Host">The class the attributes stand on.</param>
/// <param name="Type">The attention type as written, trimmed and lower-case; not necessarily one that exists.</param>
/// <param name="Arguments">The named arguments written on <c>[Attention]</c>, then those of the class's and the assembly's <c>[Model]</c> that it lacks.</param>
/// <param name="Encodings">The positional encodings in source order.</param>
public sealed record AttentionSpec(
    HostSpec Host,
    string Type,
    EquatableArray<ArgumentSpec> Arguments,
    EquatableArray<EncodingSpec> Encodings)
{
    /// <summary>An argument's expression does not compile. The compiler has said so: nothing more is checked, and the surface throws.</summary>
    public bool IsUnreadable { get; init; }

    /// <summary>The class's <c>[KvCache]</c>, or null.</summary>
    public CacheSpec? Cache { get; init; }

    /// <summary>What a <c>[Model]</c> says and a nearer attribute replaces; the class's model first.</summary>
    public EquatableArray<ArgumentSpec> Replaced { get; init; }

    /// <summary>The class's own <c>Keep(query, key)</c>, or null.</summary>
    public UserFunction? Keep { get; init; }

    /// <summary>The class's own <c>Score(score, head, query, key)</c>, or null.</summary>
    public UserFunction? Score { get; init; }

    /// <summary>Whether what the functions say depends on where the query stands.</summary>
    public bool FunctionsReadQuery => (Keep?.Body.Uses(ScalarInputs.Query) ?? false) || (Score?.Body.Uses(ScalarInputs.Query) ?? false);

    /// <summary>Whether <c>Targets</c> names the GPU.</summary>
    public bool WantsGpu => (Int("Targets", SharedParameters.Cpu) & SharedParameters.Gpu) != 0;

    /// <summary>Whether the GPU is to multiply 16-bit elements.</summary>
    public bool WantsTensorCores => WantsGpu && Int("GpuPrecision") != 0;

    /// <summary>The argument of that name, wherever it was written, or null.</summary>
    public ArgumentSpec? Find(string name) => ArgumentSpec.Find(Arguments, name);

    /// <summary>A whole-number argument, or <paramref name="absent"/> when it was not written.</summary>
    public int Int(string name, int absent = 0) => Find(name) is { } argument ? (int)argument.Number : absent;

    /// <summary>A numeric argument, or <paramref name="absent"/> when it was not written.</summary>
    public double Double(string name, double absent = 0) => Find(name)?.Number ?? absent;

    /// <summary>A flag; false when it was not written.</summary>
    public bool Flag(string name) => Find(name) is { Number: not 0 };

    /// <summary>The encoding of that name, or null.</summary>
    public EncodingSpec? Encoding(string type)
    {
        foreach (EncodingSpec encoding in Encodings)
        {
            if (encoding.Type == type)
            {
                return encoding;
            }
        }

        return null;
    }
}

/// <summary>One <c>[PositionalEncoding]</c>.</summary>
/// <param name="Type">The encoding as written, trimmed and lower-case; not necessarily one that exists.</param>
/// <param name="Arguments">Its named arguments.</param>
public sealed record EncodingSpec(string Type, EquatableArray<ArgumentSpec> Arguments)
{
    /// <summary>The encoding that an attention type consists of: its parameters are the type's.</summary>
    public static EncodingSpec OfType(AttentionSpec spec, string type, IEnumerable<ParameterSpec> parameters) =>
        new(type, new EquatableArray<ArgumentSpec>(parameters.Select(parameter => spec.Find(parameter.Name)).OfType<ArgumentSpec>()));

    /// <summary>The argument of that name, or null.</summary>
    public ArgumentSpec? Find(string name) => ArgumentSpec.Find(Arguments, name);

    /// <summary>A whole-number argument, or <paramref name="absent"/> when it was not written.</summary>
    public int Int(string name, int absent = 0) => Find(name) is { } argument ? (int)argument.Number : absent;

    /// <summary>A numeric argument, or <paramref name="absent"/> when it was not written.</summary>
    public double Double(string name, double absent = 0) => Find(name)?.Number ?? absent;

    /// <summary>A flag; false when it was not written.</summary>
    public bool Flag(string name) => Find(name) is { Number: not 0 };
}

/// <summary>One attribute argument that was written.</summary>
/// <param name="Name">The property's name.</param>
/// <param name="Number">Its value: integers, enums (underlying value) and booleans (0 or 1) too. 0 for an array.</param>
/// <param name="Numbers">The elements, when it is an array.</param>
/// <param name="Source">The attribute it was written on.</param>
public sealed record ArgumentSpec(string Name, double Number, EquatableArray<float> Numbers, ArgumentSource Source)
{
    internal static ArgumentSpec? Find(EquatableArray<ArgumentSpec> arguments, string name)
    {
        foreach (ArgumentSpec argument in arguments)
        {
            if (argument.Name == name)
            {
                return argument;
            }
        }

        return null;
    }
}

/// <summary>Which attribute an argument was written on.</summary>
public enum ArgumentSource
{
    /// <summary><c>[Attention]</c>.</summary>
    Attention,

    /// <summary><c>[Model]</c> on the class.</summary>
    ClassModel,

    /// <summary><c>[assembly: Model]</c>.</summary>
    AssemblyModel,

    /// <summary><c>[PositionalEncoding]</c>.</summary>
    Encoding,

    /// <summary><c>[KvCache]</c>.</summary>
    Cache,
}
