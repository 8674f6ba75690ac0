package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	"k8s.io/apimachinery/pkg/util/yaml"
	"k8s.io/apiserver/pkg/endpoints/request"
	"k8s.io/apiserver/pkg/registry/rest"
	"k8s.io/kubernetes/pkg/api/legacyscheme"
	"k8s.io/kubernetes/pkg/apis/apps"
	_ "k8s.io/kubernetes/pkg/apis/apps/install"
	"k8s.io/kubernetes/pkg/apis/batch"
	_ "k8s.io/kubernetes/pkg/apis/batch/install"
	"k8s.io/kubernetes/pkg/apis/core"
	_ "k8s.io/kubernetes/pkg/apis/core/install"
	v1 "k8s.io/kubernetes/pkg/apis/core/v1"
	_ "k8s.io/kubernetes/pkg/apis/networking/install"
	"k8s.io/kubernetes/pkg/registry/apps/deployment"
	"k8s.io/kubernetes/pkg/registry/batch/cronjob"
	"k8s.io/kubernetes/pkg/registry/batch/job"
	"k8s.io/kubernetes/pkg/registry/core/configmap"
	"k8s.io/kubernetes/pkg/registry/core/persistentvolumeclaim"
	"k8s.io/kubernetes/pkg/registry/core/secret"
	"k8s.io/kubernetes/pkg/registry/core/service"
	"k8s.io/kubernetes/pkg/registry/networking/networkpolicy"
	"k8s.io/kubernetes/third_party/forked/golang/expansion"
	"k8s.io/pod-security-admission/api"
	"k8s.io/pod-security-admission/policy"
)

// strategies are what an API server creates each kind by.
var strategies = map[string]rest.RESTCreateStrategy{
	"ConfigMap":             configmap.Strategy,
	"CronJob":               cronjob.Strategy,
	"Deployment":            deployment.Strategy,
	"Job":                   job.Strategy,
	"NetworkPolicy":         networkpolicy.Strategy,
	"PersistentVolumeClaim": persistentvolumeclaim.Strategy,
	"Secret":                secret.Strategy,
	"Service":               service.Strategy,
}

// decoder refuses fields that do not exist or stand twice.
var decoder = serializer.NewCodecFactory(legacyscheme.Scheme, serializer.EnableStrict).UniversalDecoder()

// kubernetes looks at each document of a file.
func kubernetes(name string, text []byte) (err error) {
	for reader := yaml.NewYAMLReader(bufio.NewReader(bytes.NewReader(text))); ; {
		document, end := reader.Read()
		if end == io.EOF {
			return err
		}
		if end != nil {
			return errors.Join(err, end)
		}
		if what, wrong := create(document); wrong != nil {
			err = errors.Join(err, wrong)
		} else {
			fmt.Printf("%s: %s would be created\n", filepath.Base(name), what)
		}
	}
}

// create does what an API server does before it stores an object.
func create(document []byte) (what string, err error) {
	object, kind, err := decoder.Decode(document, nil, nil)
	if err != nil {
		return "", err
	}
	strategy := strategies[kind.Kind]
	if strategy == nil {
		return "", fmt.Errorf("no rules are known for %s", kind)
	}
	accessor, err := meta.Accessor(object)
	if err != nil {
		return "", err
	}
	what = kind.Kind + " " + accessor.GetName()
	rest.FillObjectMetaSystemFields(accessor)
	ctx := request.WithNamespace(context.Background(), "default")
	ctx = request.WithRequestInfo(ctx, &request.RequestInfo{APIGroup: kind.Group, APIVersion: kind.Version, Verb: "create"})
	if accessor.GetNamespace() == "" {
		accessor.SetNamespace("default")
	}
	if err := rest.BeforeCreate(strategy, ctx, object); err != nil {
		return what, err
	}
	if warnings := strategy.WarningsOnCreate(ctx, object); len(warnings) > 0 {
		return what, fmt.Errorf("%s: warnings %q", what, warnings)
	}
	return what, restricted(what, object)
}

// restricted holds an object's pods against the strictest Pod Security Standard, and prints what they are to run, as a node
// reads it.
func restricted(what string, object runtime.Object) error {
	var template *core.PodTemplateSpec
	switch o := object.(type) {
	case *apps.Deployment:
		template = &o.Spec.Template
	case *batch.Job:
		template = &o.Spec.Template
	case *batch.CronJob:
		template = &o.Spec.JobTemplate.Spec.Template
	default:
		return nil
	}
	var pod corev1.PodTemplateSpec
	if err := v1.Convert_core_PodTemplateSpec_To_v1_PodTemplateSpec(template, &pod, nil); err != nil {
		return err
	}
	for _, c := range pod.Spec.Containers {
		args := slices.Concat(c.Command, c.Args)
		for i, arg := range args {
			args[i] = expansion.Expand(arg, expansion.MappingFuncFor(map[string]string{"JOB": "NAME-OF-JOB"}))
		}
		fmt.Printf("%s runs %q\n", what, args)
	}
	evaluator, err := policy.NewEvaluator(policy.DefaultChecks(), nil)
	if err != nil {
		return err
	}
	level := api.LevelVersion{Level: api.LevelRestricted, Version: api.LatestVersion()}
	for _, result := range evaluator.EvaluatePod(level, &pod.ObjectMeta, &pod.Spec) {
		if !result.Allowed {
			return fmt.Errorf("%s: its pods are not restricted: %s (%s)", what, result.ForbiddenReason, result.ForbiddenDetail)
		}
	}
	return nil
}
