package dev.roundelay.faults;

import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassModel;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.CodeElement;
import java.lang.classfile.CodeTransform;
import java.lang.classfile.instruction.ReturnInstruction;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.lang.instrument.ClassFileTransformer;
import java.security.ProtectionDomain;
import java.util.HashSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Puts a call of [Reached#point] at the start of woven methods and before each of their returns.
final class PointWeaver implements ClassFileTransformer {
    private static final ClassDesc REACHED = ClassDesc.of(Reached.class.getName());
    private static final MethodTypeDesc TAKES_TEXT = MethodTypeDesc.of(ConstantDescs.CD_void, ConstantDescs.CD_String);

    private final List<WovenMethod> methods;
    // Asked for every class that is loaded: what answers must load none itself.
    private final HashSet<String> names = new HashSet<>();

    PointWeaver(List<WovenMethod> methods) {
        this.methods = List.copyOf(methods);
        methods.forEach(method -> names.add(method.className().replace('.', '/')));
    }

    /// Returns whether a class has a woven method.
    boolean weaves(String className) {
        return names.contains(className.replace('.', '/'));
    }

    @Override
    public byte @Nullable [] transform(
            @Nullable ClassLoader loader,
            String internalName,
            @Nullable Class<?> redefined,
            @Nullable ProtectionDomain domain,
            byte[] bytes) {
        if (!names.contains(internalName)) {
            return null;
        }
        String name = internalName.replace('/', '.');
        // By reading class files: to load classes in the middle of loading one would define it twice.
        ClassFile file =
                ClassFile.of(ClassFile.ClassHierarchyResolverOption.of(ClassHierarchyResolver.ofResourceParsing(
                        loader == null ? ClassLoader.getSystemClassLoader() : loader)));
        ClassModel model = file.parse(bytes);
        ClassTransform all = ClassTransform.ACCEPT_ALL;
        for (WovenMethod method : methods) {
            if (method.className().equals(name)) {
                all = all.andThen(ClassTransform.transformingMethodBodies(
                        found -> found.methodName().equalsString(method.methodName()),
                        CodeTransform.ofStateful(() -> new Points(method.kind()))));
            }
        }
        return file.transformClass(model, all);
    }

    /// Of one method's code.
    private static final class Points implements CodeTransform {
        private final String kind;

        private Points(String kind) {
            this.kind = kind;
        }

        @Override
        public void atStart(CodeBuilder code) {
            code.loadConstant(kind + ".before").invokestatic(REACHED, "point", TAKES_TEXT);
        }

        @Override
        public void accept(CodeBuilder code, CodeElement element) {
            if (element instanceof ReturnInstruction) {
                code.loadConstant(kind + ".after").invokestatic(REACHED, "point", TAKES_TEXT);
            }
            code.with(element);
        }
    }
}
